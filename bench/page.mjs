// Times a page in a real browser: node page.mjs SPEC, where SPEC is JSON:
//   command        the server and its arguments; it is started and stopped once per cold round
//   ready          a regular expression over its output; group 1 is the address
//   figure         selector of the elements that carry figures
//   attribute      where a figure's value stands, null: its text
//   figures        so many must be filled before the page counts as there
//   chart          selector of the SVG paths that a filter changes
//   filters        what is clicked, by its text, one per round
//   filterIn       selector of what can be clicked
//   cold, warm     rounds
// Prints JSON: for every round milliseconds; for the last one figures, bytes, requests, layout shift, redraws,
// the server's processor seconds per load and its memory.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { launch } from './chromium.mjs';

const spec = JSON.parse(process.argv[2]);
const DEADLINE_MS = 60_000;
const CLOCK_TICKS = 100; // per second, of /proc/PID/stat
const PAGES = 10;

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

function cpuSeconds(pid) {
  // What follows the name in brackets begins with the state, field 3; utime and stime are fields 14 and 15.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
}

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
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
}

const settle = (page) =>
  page.waitForFunction(() => window.figuresAt, null, { timeout: DEADLINE_MS, polling: 5 });

async function open(context, address, steps = async () => ({})) {
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
  await settle(page);
  // What arrives after the figures belongs to the first load too.
  await page.waitForTimeout(1000);
  const result = await page.evaluate(() => ({
    ms: window.figuresAt,
    figures: window.figuresSeen,
    paintMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
    shift: window.shifted,
  }));
  Object.assign(result, { bytes, requests }, await steps(page));
  await page.close();
  return result;
}

// From the click on a filter until figures and chart have changed and are painted.
function filtered({ figure, attribute, chart, filter, filterIn }) {
  const text = (element) => (attribute ? element.getAttribute(attribute) : element.textContent) ?? '';
  const drawn = () =>
    [...document.querySelectorAll(chart)]
      .map((each) => each.getAttribute('d'))
      .join('\n');
  const figures = () => [...document.querySelectorAll(figure)].map(text).join('\n');
  const target = [...document.querySelectorAll(filterIn)].find((each) => each.textContent.includes(filter));
  const before = [figures(), drawn()];
  const began = performance.now();
  target.click();
  return new Promise((resolve) => {
    const look = () => {
      const now = drawn();
      if (figures() !== before[0] && now && now !== before[1])
        requestAnimationFrame(() => resolve(performance.now() - began));
      else if (performance.now() - began > 30_000) resolve(null);
      else requestAnimationFrame(look);
    };
    look();
  });
}

// Changes of the page's content in five seconds in which nothing happens, with a look elsewhere in between:
// coming back, a page asks again and hears the same. A clock (`<time>`: how long ago something was) may go on.
async function redraws(page) {
  await page.waitForTimeout(1000); // what was asked before has come
  await page.evaluate(() => {
    window.redrawn = 0;
    const element = ({ target }) => (target instanceof Element ? target : target.parentElement);
    const count = (list) => (window.redrawn += list.filter((each) => !element(each)?.closest('time')).length);
    new MutationObserver(count).observe(document.body, {
      childList: true,
      subtree: true,
      attributes: true,
      characterData: true,
    });
    const hide = (hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    };
    hide(true);
    hide(false);
  });
  await page.waitForTimeout(5000);
  return page.evaluate(() => window.redrawn);
}

// Processor seconds of the server per load of a new visitor, without what it takes when nobody comes.
async function cpuPerLoad(browser, pid, where) {
  const idleFrom = cpuSeconds(pid);
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const idle = (cpuSeconds(pid) - idleFrom) / 5;
  const from = cpuSeconds(pid);
  const began = performance.now();
  for (let i = 0; i < spec.warm; i++) {
    const context = await browser.newContext();
    await open(context, where);
    await context.close();
  }
  const seconds = (performance.now() - began) / 1000;
  return Math.max(0, (cpuSeconds(pid) - from - idle * seconds) / spec.warm);
}

// Ten visitors, each with a page of its own held open.
async function tenPages(browser, pid, where) {
  const before = residentMb(pid);
  const contexts = [];
  for (let i = 0; i < PAGES; i++) {
    const context = await browser.newContext();
    contexts.push(context);
    const page = await context.newPage();
    await page.addInitScript(watch, spec);
    await page.goto(where, { waitUntil: 'commit' });
    await settle(page);
  }
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const after = residentMb(pid);
  for (const context of contexts) await context.close();
  return { residentMb: after, tenPagesMb: after - before };
}

async function measureWarm(browser, server, where, result) {
  const visitor = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await open(visitor, where);
  for (let i = 0; i < spec.warm; i++) {
    // The first click on each filter is answered anew; later ones may come from a cache.
    const filter = spec.filters[i % spec.filters.length];
    const one = await open(visitor, where, async (page) => ({
      filterMs: await page.evaluate(filtered, { ...spec, filter }),
      ...(i === 0 ? { redrawn: await redraws(page) } : {}),
    }));
    result.warm.push({ ms: one.ms, paintMs: one.paintMs, shift: one.shift, filterMs: one.filterMs });
    result.redrawn ??= one.redrawn;
  }
  await visitor.close();
  result.cpuPerLoad = await cpuPerLoad(browser, server.pid, where);
  Object.assign(result, await tenPages(browser, server.pid, where));
}

const browser = await launch();
const result = { cold: [], warm: [] };
try {
  // The browser itself is warmed up, so that a cold round measures the server and the page only.
  await (await browser.newPage()).goto('about:blank');
  for (let round = 0; round < spec.cold; round++) {
    const { server, began, address } = start();
    try {
      const where = await address;
      const upMs = performance.now() - began;
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      const first = await open(context, where);
      result.cold.push({ upMs, pageMs: first.ms, totalMs: upMs + first.ms, paintMs: first.paintMs, shift: first.shift });
      Object.assign(result, { figures: first.figures, bytes: first.bytes, requests: first.requests });
      await context.close();
      if (round === spec.cold - 1) await measureWarm(browser, server, where, result);
    } finally {
      await stop(server);
    }
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(result));
