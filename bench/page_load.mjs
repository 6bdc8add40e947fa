// The program under many: node page_load.mjs SPEC, where SPEC is JSON:
//   address, pid   of a running `souk up` whose stream gets records
//   repeated       questions that are asked again and again
//   fresh          questions that are asked once each
//   seconds        of each of the two measurements
// First the stream's own latency with one listener, then the same with 50 listeners and 200 report requests a second,
// of which 20 are asked for the first time.
import { readFileSync } from 'node:fs';
import http from 'node:http';

const spec = JSON.parse(process.argv[2]);
const LISTENERS = 50;
const PER_SECOND = 200;
const FRESH_PER_SECOND = 20;

const residentMb = () =>
  Number(readFileSync(`/proc/${spec.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const quantile = (values, part) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? null;

/** A listener to /api/live; `heard` gets each document's text. */
function listen(heard) {
  let rest = '';
  const request = http.get(`${spec.address}/api/live`, (response) => {
    response.on('data', (chunk) => {
      if (!heard) return;
      rest += chunk;
      const lines = rest.split('\n');
      rest = lines.pop();
      for (const line of lines) if (line.startsWith('data: ')) heard(line.slice(6));
    });
  });
  request.on('error', () => {});
  return () => request.destroy();
}

async function latencyDuring(work) {
  const latencies = [];
  const away = listen((text) => latencies.push(JSON.parse(text).health.latency_ms));
  await wait(2000);
  latencies.length = 0;
  await work();
  away();
  const of = (name) => quantile(latencies.map((one) => one[name]), 0.5);
  return { p50: of('p50'), p99: of('p99'), commits: latencies.length };
}

async function askMany() {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const took = [];
  const fresh = [];
  const wrong = [];
  const ask = (path, list) =>
    new Promise((resolve) => {
      const began = performance.now();
      const request = http.get(`${spec.address}${path}`, { agent }, (response) => {
        response.resume();
        response.on('end', () => {
          if (response.statusCode !== 200) wrong.push(`${response.statusCode} ${path}`);
          took.push(performance.now() - began);
          list?.push(performance.now() - began);
          resolve();
        });
      });
      request.on('error', (error) => (wrong.push(`${error.message} ${path}`), resolve()));
    });
  const asked = [];
  const began = performance.now();
  for (let count = 0; count < spec.seconds * PER_SECOND; count++) {
    const due = began + (count * 1000) / PER_SECOND;
    if (performance.now() < due) await wait(due - performance.now());
    const isFresh = count % (PER_SECOND / FRESH_PER_SECOND) === 0;
    const path = isFresh ? spec.fresh.pop() : spec.repeated[count % spec.repeated.length];
    asked.push(ask(path, isFresh ? fresh : null));
  }
  await Promise.all(asked);
  const seconds = (performance.now() - began) / 1000;
  agent.destroy();
  return {
    requests: took.length,
    perSecond: took.length / seconds,
    p50: quantile(took, 0.5),
    p95: quantile(took, 0.95),
    p99: quantile(took, 0.99),
    freshP50: quantile(fresh, 0.5),
    freshP95: quantile(fresh, 0.95),
    wrong: wrong.slice(0, 5),
  };
}

const alone = await latencyDuring(() => wait(spec.seconds * 1000));
const listeners = Array.from({ length: LISTENERS }, () => listen(null));
let asked;
const loaded = await latencyDuring(async () => (asked = await askMany()));
for (const away of listeners) away();
console.log(JSON.stringify({ alone, loaded, ...asked, residentMb: residentMb() }));
