// Times a page in a real browser: node page.mjs SPEC, where SPEC is JSON:
//   command     the server and its arguments; it is started and stopped once per cold round
//   ready       a regular expression over its output; group 1 is the address
//   figure      selector of the elements that carry figures
//   attribute   where a figure's value stands, null: its text
//   figures     so many must be filled before the page counts as there
//   cold, warm  rounds
// Prints JSON: for every round milliseconds, and for the last one the figures, bytes, requests and the server's memory.
import { spawn } from 'node:child_process';
import { readFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../tests/browser/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const spec = JSON.parse(process.argv[2]);
const DEADLINE_MS = 60_000;

function start() {
  const server = spawn(spec.command[0], spec.command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  const began = performance.now();
  const address = new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk) => {
      said += chunk;
      const found = said.match(new RegExp(spec.ready));
      if (found) resolve(found[1]);
    };
    server.stdout.on('data', hear);
    server.stderr.on('data', hear);
    server.on('exit', (code) => reject(new Error(`the server ended with ${code}:\n${said}`)));
    setTimeout(() => reject(new Error(`the server named no address:\n${said}`)), DEADLINE_MS).unref();
  });
  return { server, began, address };
}

function stop(server) {
  return new Promise((resolve) => {
    server.removeAllListeners('exit');
    server.on('exit', resolve);
    server.kill('SIGTERM');
  });
}

const residentMb = (pid) =>
  Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;

// Runs in the page before its own scripts: notes when enough figures are filled, by the page's own clock.
function watch({ figure, attribute, figures }) {
  const value = (element) => (attribute ? element.getAttribute(attribute) : element.textContent) ?? '';
  const look = () => {
    const filled = [...document.querySelectorAll(figure)].map(value).filter((text) => /\d/.test(text));
    if (filled.length >= figures && !window.figuresAt) {
      window.figuresAt = performance.now();
      window.figuresSeen = filled;
      observer.disconnect();
    }
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
}

async function open(context, address) {
  const page = await context.newPage();
  await page.addInitScript(watch, spec);
  let bytes = 0;
  let requests = 0;
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  session.on('Network.loadingFinished', (event) => {
    bytes += event.encodedDataLength;
    requests += 1;
  });
  await page.goto(address, { waitUntil: 'commit' });
  await page.waitForFunction(() => window.figuresAt, null, { timeout: DEADLINE_MS, polling: 5 });
  const result = await page.evaluate(() => ({ ms: window.figuresAt, figures: window.figuresSeen }));
  // What arrives after the figures belongs to the first load too.
  await page.waitForTimeout(500);
  await page.close();
  return { ...result, bytes, requests };
}

const browser = await chromium.launch({
  executablePath: ['/usr/bin/chromium', process.env.CHROMIUM].find((path) => path && existsSync(path)),
  args: ['--no-sandbox', '--disable-gpu'],
});
const result = { cold: [], warm: [] };
try {
  // The browser itself is warmed up, so that a cold round measures the server and the page only.
  await (await browser.newPage()).goto('about:blank');
  for (let round = 0; round < spec.cold; round++) {
    const { server, began, address } = start();
    try {
      const where = await address;
      const upMs = performance.now() - began;
      const context = await browser.newContext();
      const first = await open(context, where);
      result.cold.push({ upMs, pageMs: first.ms, totalMs: upMs + first.ms });
      Object.assign(result, { figures: first.figures, bytes: first.bytes, requests: first.requests });
      if (round === spec.cold - 1) {
        for (let i = 0; i < spec.warm; i++) result.warm.push((await open(context, where)).ms);
        result.residentMb = residentMb(server.pid);
      }
      await context.close();
    } finally {
      await stop(server);
    }
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(result));
