// A server that behaves like the program's web server, for the states that the program cannot easily be
// brought into: failing, slow, empty, gone. It serves the built page under the same security policy.

import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faultOf } from './answer_schemas.mjs';
import { LiveData } from './live_data.mjs';
import { PipelineData } from './pipeline_data.mjs';
import { FILTERS, ShopData } from './shop_data.mjs';

const DIST = fileURLToPath(new URL('../../../web/dist/', import.meta.url));
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const SERVICES = ['web', 'jobs', 'build', 'intake', 'stream', 'broker', 'sql'];

const HOLDS = {
  stream: [
    { what: 'order lines', bytes: 2_480_000 },
    { what: 'figures', bytes: 910_000 },
  ],
  broker: [{ what: 'requests being received', bytes: 131_072 }],
  web: [{ what: 'answers kept', bytes: 1_240_000 }],
};

// The moment at which the invented shop is.
export const NOW = '2026-11-21T11:05:10Z';

/**
 * mode: data | empty | error (reports fail) | forbidden (they may not be seen) | down (everything fails) | slow. `requests` lists what was
 * asked; set `mode`, `data` or `failed` (a service's name) between two steps of a test.
 */
export class Fixture {
  mode = 'data';
  data = new ShopData();
  live = new LiveData(NOW);
  pipeline = new PipelineData(NOW);
  withoutStream = false;
  failed = null;
  delayMs = 0;
  requests = [];
  /** Where an answer of this server is none that the program gives. */
  faults = [];
  #listeners = new Set();
  #live = new Set();
  // A page that gave its question up reads no answer.
  #server = createServer((request, response) => this.#answer(request, response).catch(() => response.destroy()));

  async start(port = 0) {
    await new Promise((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    this.address = `http://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  reset(traits, live) {
    const data = new ShopData(traits);
    Object.assign(this, { mode: 'data', data, live: new LiveData(NOW, live), withoutStream: false });
    Object.assign(this, { pipeline: new PipelineData(NOW), failed: null, delayMs: 0, requests: [], faults: [] });
  }

  /** What the program does after a build. */
  build(change = () => {}) {
    change(this.data);
    this.data.version += 1;
    const event = this.#told('GET', '/api/changes', {
      version: String(this.data.version),
      built_at: this.data.until,
      data_until: this.data.until,
    });
    for (const listener of this.#listeners) listener.write(`event: change\ndata: ${event}\n\n`);
  }

  /** What the stream does after a commit. */
  commit(change = () => {}) {
    change(this.live);
    for (const listener of this.#live) this.#send(listener);
  }

  #told(method, path, value) {
    const fault = faultOf(method, path, value);
    if (fault && !this.faults.includes(fault)) this.faults.push(fault);
    return JSON.stringify(value);
  }

  get liveListeners() {
    return this.#live.size;
  }

  get changeListeners() {
    return this.#listeners.size;
  }

  /** Cuts every live connection. */
  cut() {
    for (const listener of [...this.#listeners, ...this.#live]) listener.destroy();
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.address);
    response.setHeader('Content-Security-Policy', "default-src 'self'");
    if (!url.pathname.startsWith('/api/')) return this.#file(url.pathname, response);
    this.requests.push(url.pathname + url.search);
    const delay = this.mode === 'slow' ? 60_000 : this.delayMs;
    if (delay) await new Promise((resolve) => setTimeout(resolve, delay));
    if (this.mode === 'down') return response.destroy();
    let body = '';
    for await (const piece of request) body += piece;
    const job = url.pathname.match(/^\/api\/jobs\/(-?\d+)\/events$/)?.[1];
    if (job) return this.#followJob(Number(job), response);
    const found = this.mode === 'error' ? null : this.pipeline.answer(request.method, url, body);
    if (found) return this.#pipeline(request, response, ...found);
    if (this.mode === 'error' && this.pipeline.answer('GET', url, '{}'))
      return this.#problem(response, 500, 'It cannot be told', 'the disk is gone', 'Look at the log.');
    this.#api(url, request, response);
  }

  #pipeline(request, response, status, value) {
    if (request.method !== 'GET' && !request.headers['x-souk'])
      return this.#problem(response, 403, 'denied', 'the header X-Souk is missing', '');
    const { pathname } = new URL(request.url, this.address);
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    const text = status < 400 ? this.#told(request.method, pathname, value) : JSON.stringify(value);
    response.writeHead(status, { 'Content-Type': type }).end(text);
  }

  #followJob(id, response) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    for (const [name, data] of this.pipeline.events(id))
      response.write(`event: ${name}\ndata: ${this.#told('GET', `/api/jobs/${id}/events`, data)}\n\n`);
    response.end();
  }

  #api(url, request, response) {
    if (url.pathname === '/api/changes') return this.#follow(response);
    if (url.pathname === '/api/live/figures')
      return this.#json(request, response, this.live.figures());
    if (url.pathname === '/api/live/rows') return this.#json(request, response, this.live.rows(url.searchParams));
    if (url.pathname === '/api/live/now') return this.#json(request, response, this.live.document());
    if (url.pathname === '/api/live') return this.#followLive(response);
    if (url.pathname === '/api/shop') return this.#json(request, response, this.#shop());
    if (url.pathname === '/api/status') return this.#json(request, response, this.#status());
    const name = url.pathname.match(/^\/api\/reports\/(\w+)$/)?.[1];
    if (name && this.mode === 'forbidden')
      return this.#problem(response, 403, 'Forbidden', `${name} shows customers; you may not`, '');
    if (name && this.mode === 'error')
      return this.#problem(
        response,
        500,
        'The report could not be computed',
        `${name}: the warehouse is locked by another process`,
        'Stop the other process or wait until it ends.',
      );
    const report = name && this.mode !== 'empty' && this.data.report(name, url.searchParams);
    if (!report)
      return this.#problem(response, 404, 'There is no such report', url.pathname, 'Run “souk build”.');
    this.#json(request, response, report);
  }

  #shop() {
    if (this.mode !== 'empty') return this.data.shop();
    return {
      ...this.data.shop(),
      empty: true,
      first_day: null,
      last_day: null,
      data_until: null,
      built_at: null,
      filters: Object.fromEntries(Object.keys(FILTERS).map((name) => [name, []])),
    };
  }

  #status() {
    const names = SERVICES.filter((name) => name !== 'stream' || !this.withoutStream);
    const services = names.map((name) => ({
      name,
      state: name === this.failed ? 'failed' : 'running',
      since: this.data.until,
      restarts: 0,
      error: name === this.failed ? 'port 9092 is taken by another program' : null,
      cores: name === 'stream' ? 0.142 : 0.003,
      holds: HOLDS[name] ?? [],
    }));
    return {
      version: '1',
      started_at: this.data.until,
      now: new Date().toISOString(),
      process: {
        cores: 0.214,
        machine_cores: 2,
        memory_bytes: 412_000_000,
        database_bytes: 3_000_000_000,
        database_used_bytes: 203_000_000,
        threads: 34,
      },
      services,
      jobs: { running: 0, queued: 0 },
      last_build: null,
    };
  }

  #follow(response) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write(': hello\n\n');
    this.#listeners.add(response);
    response.on('close', () => this.#listeners.delete(response));
  }

  #followLive(response) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    this.#send(response);
    this.#live.add(response);
    response.on('close', () => this.#live.delete(response));
  }

  #send(listener) {
    listener.write(`event: live\ndata: ${this.#told('GET', '/api/live', this.live.document())}\n\n`);
  }

  #json(request, response, value) {
    const etag = `"${this.data.version}-${request.url}"`;
    response.setHeader('ETag', etag);
    response.setHeader('Cache-Control', 'no-cache');
    if (request.headers['if-none-match'] === etag && request.url.startsWith('/api/reports'))
      return response.writeHead(304).end();
    const text = this.#told('GET', new URL(request.url, this.address).pathname, value);
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(text);
  }

  #problem(response, status, title, detail, remedy) {
    const body = JSON.stringify({ type: 'about:blank', title, status, detail, remedy });
    response.writeHead(status, { 'Content-Type': 'application/problem+json' }).end(body);
  }

  #file(path, response) {
    const wanted = extname(path) && !path.startsWith('/pipeline/') ? normalize(path) : '/index.html';
    const file = join(DIST, wanted);
    if (!file.startsWith(DIST) || !existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  }
}
