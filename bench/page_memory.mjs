// What ten open Live pages add to the program's memory: node page_memory.mjs SPEC, where SPEC is JSON:
//   address, pid   of a running `souk up` whose stream gets records
// A stream that is at work grows by itself while its caches fill, and by many megabytes from one commit to the next.
// So each look is the middle of many, and what the stream grew in the time between is taken off, at the mean of its
// rates before the pages came and after.
import { readFileSync } from 'node:fs';
import { launch } from './chromium.mjs';

const spec = JSON.parse(process.argv[2]);
const PAGES = 10;
const LOOK_MS = 15_000;

const residentMb = () =>
  Number(readFileSync(`/proc/${spec.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function look() {
  const from = performance.now();
  const seen = [];
  while (performance.now() < from + LOOK_MS) {
    seen.push(residentMb());
    await wait(200);
  }
  return { at: (from + performance.now()) / 2, mb: seen.sort((a, b) => a - b)[Math.floor(seen.length / 2)] };
}

const rate = (one, other) => (other.mb - one.mb) / (other.at - one.at); // MB per millisecond

const browser = await launch();
try {
  const show = async () => {
    // A context of its own, so that it shares no connection with the others.
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${spec.address}/live`);
    await page.locator('[data-figure="revenue"] data').waitFor();
    return page;
  };
  // What the first one costs, code and buffers, is there already.
  await (await show()).close();
  const before = [await look(), await look()];
  for (let i = 0; i < PAGES; i++) await show();
  const after = [await look(), await look()];
  const alone = ((rate(...before) + rate(...after)) / 2) * (after[0].at - before[1].at);
  const added = after[0].mb - before[1].mb - alone;
  console.log(JSON.stringify({ tenPagesMb: added, meanwhileMb: alone }));
} finally {
  await browser.close();
}
