// What the real program answers is what its OpenAPI document says: each field is told, and none is missing.

import assert from 'node:assert/strict';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

const JSON_TYPE = 'application/json';

class Described {
  #validators = new Map();

  constructor(address, document) {
    this.address = address;
    this.document = document;
    this.ajv = formats(new Ajv({ strict: false, allErrors: true }));
    this.ajv.addSchema({ ...document, $id: 'souk' });
    this.asked = new Set();
  }

  #schema(method, template) {
    const content = this.document.paths[template][method].responses;
    const [, worked] = Object.entries(content).find(([status]) => status.startsWith('2'));
    return (worked.content[JSON_TYPE] ?? worked.content['text/event-stream']).schema.$ref;
  }

  /** Of the route, an answer to which must be as told. */
  check(method, template, answer) {
    const ref = `souk${this.#schema(method, template)}`;
    if (!this.#validators.has(ref)) this.#validators.set(ref, this.ajv.compile({ $ref: ref }));
    const valid = this.#validators.get(ref);
    assert.ok(valid(answer), `${method} ${template}: ${this.ajv.errorsText(valid.errors?.slice(0, 3))}`);
    this.asked.add(`${method} ${template}`);
    return answer;
  }

  async ask(template, path = template, init = {}) {
    const method = (init.method ?? 'GET').toLowerCase();
    const response = await fetch(`${this.address}${path}`, {
      ...init,
      headers: { 'X-Souk': '1' },
      body: init.body ? JSON.stringify(init.body) : undefined,
    });
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${response.ok ? '' : await response.clone().text()}`);
    return this.check(method, template, await response.json());
  }

  /** The first event of a stream. */
  async hear(template) {
    const stop = new AbortController();
    const response = await fetch(`${this.address}${template}`, { signal: stop.signal });
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes('\n\n')) break;
    }
    stop.abort();
    const data = text.split('\n').find((line) => line.startsWith('data: '));
    return this.check('get', template, JSON.parse(data.slice(6)));
  }
}

async function everyFile(api, path = '') {
  const folder = await api.ask('/api/lake', `/api/lake?path=${encodeURIComponent(path)}`);
  const below = path ? `${path}/` : '';
  const ends = new Map(folder.files.map(({ name }) => [name.split('.').pop(), `${below}${name}`]));
  // One folder of each level shows all kinds of files.
  for (const { name } of folder.folders.slice(0, 3)) {
    for (const [end, file] of await everyFile(api, `${below}${name}`)) ends.set(end, file);
  }
  return ends;
}

const post = (body) => ({ method: 'POST', body });

export async function answersProgramTests(t, program) {
  await t.test('what the program answers is what its description says', async () => {
    const document = await (await fetch(`${program.address}/api/openapi.json`)).json();
    const api = new Described(program.address, document);
    await api.ask('/api/shop');
    await api.ask('/api/status');
    for (const { name, period } of await api.ask('/api/reports')) {
      await api.ask('/api/reports/{name}', `/api/reports/${name}`);
      if (period === 'range') await api.ask('/api/reports/{name}', `/api/reports/${name}?compare=previous`);
    }
    await api.ask('/api/sql', '/api/sql', post({ sql: "SELECT 1 AS a, 'x' AS b, NULL AS c, TRUE AS d; SHOW TABLES" }));
    for (const { id } of await api.ask('/api/jobs')) await api.ask('/api/jobs/{id}', `/api/jobs/${id}`);
    await api.ask('/api/builds');
    await api.ask('/api/models');
    for (const path of (await everyFile(api)).values())
      await api.ask('/api/lake/preview', `/api/lake/preview?path=${encodeURIComponent(path)}`);
    for (const { id } of (await api.ask('/api/quarantine')).files)
      await api.ask('/api/quarantine/{id}', `/api/quarantine/${id}`);
    await api.ask('/api/live/now');
    // A figure of events has no list of rows.
    for (const { name, definition } of await api.ask('/api/live/figures')) {
      if (!definition.includes('of: clickstream')) await api.ask('/api/live/rows', `/api/live/rows?figure=${name}&limit=5`);
    }
    await api.hear('/api/live');
    const { topics, groups } = await api.ask('/api/topics');
    for (const { name } of topics) {
      await api.ask('/api/topics/{topic}', `/api/topics/${name}`);
      await api.ask('/api/topics/{topic}/messages', `/api/topics/${name}/messages?from=beginning`);
    }
    for (const { name } of groups) await api.ask('/api/groups/{group}', `/api/groups/${name}`);
    const upload = await api.ask('/api/uploads', '/api/uploads', post({ name: 'a.csv', bytes: 3 }));
    await api.ask('/api/uploads/{id}', `/api/uploads/${upload.id}`, { method: 'DELETE' });

    // These change something that other tests look at.
    const left = new Set([
      'post /api/topics/{topic}/messages',
      'post /api/services/{name}/restart',
      'post /api/jobs',
      'delete /api/jobs/{id}',
      'get /api/jobs/{id}/events',
      'put /api/uploads/{id}',
      'post /api/uploads/{id}/ingest',
      'get /api/changes',
      'get /api/quarantine/{id}',
    ]);
    for (const [template, operations] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const route = `${method} ${template}`;
        const told = Object.values(operation.responses).some(({ content }) => content?.[JSON_TYPE]?.schema?.$ref);
        if (told && !left.has(route)) assert.ok(api.asked.has(route), `${route} was not asked`);
      }
    }
  });

  await t.test('a query that is given up ends, and is counted', async () => {
    const count = async () => {
      const metrics = await (await fetch(`${program.address}/metrics`)).text();
      const line = metrics.match(/^souk_web_requests_total\{method="POST",route="\/api\/sql",status="499"\} (\d+)/m);
      return Number(line?.[1] ?? 0);
    };
    const before = await count();
    const gone = new AbortController();
    const sql = 'SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)';
    const asked = fetch(`${program.address}/api/sql`, {
      method: 'POST',
      headers: { 'X-Souk': '1' },
      body: JSON.stringify({ sql }),
      signal: gone.signal,
    }).catch(() => null);
    await new Promise((resolve) => setTimeout(resolve, 300));
    gone.abort();
    await asked;
    const left = Date.now();
    while ((await count()) === before) {
      assert.ok(Date.now() - left < 2000, 'the query still runs');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    t.diagnostic(`a query ended ${Date.now() - left} ms after its client had left`);
  });
}
