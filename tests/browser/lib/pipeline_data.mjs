// What the program says of the pipeline of the invented shop: the shapes of web/panel/pipeline/answers.ts.
// It takes messages, uploads and jobs like the program does, so that a test can see them come back.

const iso = (ms) => new Date(ms).toISOString();
const short = (ms) => iso(ms).replace(/\.\d+Z$/, 'Z');
const TOPICS = ['ecommerce-clickstream', 'ecommerce-quarantine', 'ecommerce-transactions'];
const MODELS = [
  ['raw_users', 'raw', []],
  ['raw_products', 'raw', []],
  ['raw_transactions', 'raw', []],
  ['raw_clickstream', 'raw', []],
  ['stg_users', 'lake', ['raw_users']],
  ['stg_products', 'lake', ['raw_products']],
  ['stg_transactions', 'lake', ['raw_transactions']],
  ['stg_clickstream', 'lake', ['raw_clickstream']],
  ['dim_users', 'table', ['stg_users']],
  ['dim_products', 'table', ['stg_products']],
  ['fact_transactions', 'table', ['dim_products', 'dim_users', 'stg_transactions']],
  ['mv_daily_revenue_by_category', 'table', ['fact_transactions']],
  ['report.sales_overview', 'report', ['fact_transactions']],
];
const FILES = {
  'ecommerce/raw/users/2026/a-part-00000.csv': 41_233,
  'ecommerce/raw/transactions/2026/11/b-part-00000.jsonl': 18_220_114,
  'ecommerce/raw/_commits/00000001.json': 412,
  'ecommerce/clean/stg_users/part-00000.parquet': 9_120,
};

const text = (value) =>
  value === null
    ? null
    : { text: value, bytes: Buffer.byteLength(value), cut: false, binary: false };

export class PipelineData {
  constructor(now) {
    this.now = Date.parse(now);
    this.empty = false;
    this.noStream = false;
    this.restarted = [];
    this.uploads = new Map();
    this.lastUpload = 0;
    this.messages = Array.from({ length: 120 }, (_, index) => this.message(index));
    this.quarantined = this.#quarantineFiles();
    this.jobs = [
      this.job(3, 'build', [], 'done'),
      this.job(2, 'ingest', ['/data/a file with a rather long name of 2026-11-21.csv'], 'failed', {
        error: '/data/a.csv: there is no column for order_id; name one with --map order_id=COLUMN',
      }),
      this.job(1, 'quarantine', ['replay', 'dd1020bc'], 'done'),
    ];
  }

  message(index, more = {}) {
    return {
      partition: index % 3,
      offset: 1000 + Math.floor(index / 3),
      timestamp: iso(this.now - (120 - index) * 1000),
      key: text(`U${index}`),
      value: text(`{"event_type":"page_view","n":${index},"amount":12.50,"tags":["a","b"]}`),
      headers: [{ name: 'source', value: text('test') }],
      ...more,
    };
  }

  job(id, verb, args, state, more = {}) {
    return {
      id,
      verb,
      args,
      cause: 'new input',
      state,
      submitted: short(this.now - 61_000),
      started: short(this.now - 60_000),
      ended: state === 'running' ? null : short(this.now - 48_000),
      progress: { stage: 'stg_users', done: 400, total: 1000, unit: 'rows', rate: 100, eta_ms: 6000 },
      error: '',
      lines: ['warehouse version 7'],
      ...more,
    };
  }

  /** Answers [status, value], or null when this is no address of the pipeline. */
  answer(method, url, body) {
    const path = decodeURIComponent(url.pathname);
    const query = url.searchParams;
    const parts = path.split('/').slice(2);
    switch (parts[0]) {
      case 'topics':
      case 'groups':
        if (this.noStream) {
          return this.#problem(503, 'no broker runs for souk-data', 'start it with souk up');
        }
        return this.#stream(method, parts, query, body);
      case 'lake':
        return this.#lake(parts, query);
      case 'quarantine':
        return this.#quarantine(parts[1]);
      case 'reports':
        return parts[1] === 'data_quality' && !this.empty ? [200, this.#report()] : null;
      case 'builds':
        return [200, this.empty ? [] : this.#builds()];
      case 'models':
        return [200, MODELS.map(([name, kind, reads]) => ({ name, kind, columns: 5, reads }))];
      case 'jobs':
        return this.#jobs(method, parts, body);
      case 'uploads':
        return this.#upload(method, parts, query, body);
      case 'services':
        this.restarted.push(parts[1]);
        return [202, {}];
      default:
        return null;
    }
  }

  /** The lines that a job says, for its event stream. */
  events(id) {
    const job = this.jobs.find((each) => each.id === id);
    return [
      ...(job?.lines ?? []).map((line) => ['line', { text: line }]),
      ['end', { state: job?.state ?? 'failed', code: 0, error: job?.error ?? 'there is no such job' }],
    ];
  }

  #problem(status, detail, remedy = '') {
    return [status, { type: 'about:blank', title: 'it did not work', status, detail, remedy }];
  }

  #rows(name) {
    return this.empty ? [] : this.messages.filter(() => name === 'ecommerce-transactions');
  }

  #topic(name) {
    const records = this.#rows(name).length;
    const groups = records ? [{ group: 'souk-stream', lag: 12 }] : [];
    return { name, partitions: 3, records, rate: records ? 2.5134 : 0, bytes: records * 540, groups };
  }

  #stream(method, parts, query, body) {
    if (parts.length === 1) {
      const groups = this.empty ? [] : [{ name: 'souk-stream', state: 'Empty', members: 0, lag: 12 }];
      const topics = this.empty ? [] : TOPICS.map((name) => this.#topic(name));
      return [200, { at: short(this.now), topics, groups }];
    }
    if (parts[0] === 'groups') {
      const partitions = [0, 1, 2].map((partition) => ({
        topic: TOPICS[2],
        partition,
        committed: 1036,
        end: 1040,
        lag: 4,
        member: '',
        client: '',
        host: '',
      }));
      return [200, { name: parts[1], state: 'Empty', assignor: '', members: 0, partitions }];
    }
    const name = parts[1];
    if (!TOPICS.includes(name)) return this.#problem(404, `there is no topic ${name}`);
    if (parts[2] === 'messages') return method === 'POST' ? this.#write(body) : this.#read(name, query);
    const list = this.#ends(name).map((each) => ({
      ...each,
      bytes: 1000,
      leader: 1,
      replicas: [1],
      in_sync: [1],
    }));
    const settings = [
      { name: 'retention.ms', value: '604800000', default: false },
      { name: 'cleanup.policy', value: 'delete', default: true },
    ];
    return [200, { ...this.#topic(name), partition_list: list, settings }];
  }

  #ends(name) {
    return [0, 1, 2].map((partition) => {
      const own = this.#rows(name).filter((each) => each.partition === partition);
      const start = own[0]?.offset ?? 0;
      return { partition, start, end: own.length ? own.at(-1).offset + 1 : 0 };
    });
  }

  #write(body) {
    const sent = JSON.parse(body);
    const partition = sent.partition ?? 0;
    const offset = this.#ends(TOPICS[2])[partition].end;
    const headers = sent.headers.map(({ name, value }) => ({ name, value: text(value) }));
    const row = { partition, offset, timestamp: iso(this.now), key: text(sent.key), value: text(sent.value) };
    this.messages.push({ ...row, headers });
    return [200, { partition, offset }];
  }

  #read(name, query) {
    const filter = query.get('filter') ?? '';
    if (filter && !/^\$\.n *(==|<) *\d+$/.test(filter))
      return this.#problem(400, `'${filter}' is not a condition`, 'write for example $.quantity >= 2');
    const ends = this.#ends(name);
    const wanted = query.get('partition');
    const after = query.get('after') ?? '';
    const from = query.get('from') ?? 'latest';
    const limit = Number(query.get('limit') ?? 50);
    const starts = Object.fromEntries(
      after.split(',').filter(Boolean).map((each) => each.split(':').map(Number)),
    );
    const fits = (row) => {
      const n = JSON.parse(row.value?.text ?? '{}').n;
      const number = Number(filter.match(/\d+$/)?.[0]);
      return !filter || (filter.includes('<') ? n < number : n === number);
    };
    const first = (row) =>
      after ? row.offset >= (starts[row.partition] ?? 0) : /^\d+$/.test(from) ? row.offset >= Number(from) : true;
    const rows = this.#rows(name)
      .filter((row) => wanted === null || row.partition === Number(wanted))
      .filter((row) => first(row) && fits(row));
    const latest = !after && from === 'latest';
    const messages = latest ? [...rows].reverse().slice(0, limit) : rows.slice(0, limit);
    const next = Object.fromEntries(ends.map((each) => [each.partition, each.end]));
    if (!latest) for (const row of messages) next[row.partition] = row.offset + 1;
    const looked = this.#rows(name).length;
    return [
      200,
      {
        messages,
        next,
        partitions: ends,
        looked_at: looked,
        passed_over: 0,
        complete: rows.length <= limit,
      },
    ];
  }

  #lake(parts, query) {
    const path = query.get('path') ?? '';
    if (path.includes('..')) return this.#problem(400, `'${path}' is no path in the lake`);
    if (parts[1] === 'preview') {
      const file = { path, bytes: FILES[path] ?? 0, more: true, columns: [], rows: [], text: '' };
      if (!path.endsWith('.csv')) return [200, { ...file, kind: 'text', format: 'JSON', text: '{"add": 1}\n' }];
      const columns = ['user_id', 'name', 'a_column_with_a_long_name', 'city'].map((name) => ({
        name,
        type: 'VARCHAR',
      }));
      const rows = Array.from({ length: 50 }, (_, index) => [`U${index}`, 'Ada Brandt', null, 'Reykjavík']);
      return [200, { ...file, kind: 'rows', format: 'CSV', columns, rows }];
    }
    const inside = this.empty ? [] : Object.entries(FILES).filter(([name]) => !path || name.startsWith(`${path}/`));
    const folders = new Map();
    const files = [];
    for (const [name, bytes] of inside) {
      const rest = name.slice(path ? path.length + 1 : 0);
      const slash = rest.indexOf('/');
      if (slash < 0) {
        files.push({ name: rest, bytes });
        continue;
      }
      const entry = folders.get(rest.slice(0, slash)) ?? { name: rest.slice(0, slash), files: 0, bytes: 0 };
      folders.set(entry.name, { ...entry, files: entry.files + 1, bytes: entry.bytes + bytes });
    }
    const all = inside.reduce((sum, [, bytes]) => sum + bytes, 0);
    return [
      200,
      {
        path,
        folders: [...folders.values()],
        files,
        files_here: files.length,
        all_files: inside.length,
        all_bytes: all,
      },
    ];
  }

  #quarantineFiles() {
    return [
      {
        id: 'dd1020bc',
        record: 'transactions',
        records: 1203,
        source: '/data/orders of the old shop, second try.csv',
        topic: '',
        added: short(this.now - 3600_000),
        counted: 1203,
        reasons: [
          { reason: "quantity: 'x' is not a number", field: 'quantity', records: 1200 },
          { reason: '2 fields, 8 expected', field: '', records: 3 },
        ],
      },
    ];
  }

  #quarantine(id) {
    if (!id) {
      const rules = this.empty ? [] : [{ model: 'stg_clickstream', reason: 'a robot by its user agent', rows: 4120 }];
      return [200, { files: this.empty ? [] : this.quarantined, rules }];
    }
    const file = this.quarantined.find((each) => each.id === id);
    if (!file) return this.#problem(404, `nothing in quarantine is called ${id}`);
    const list = [{ line: 3, place: '', reason: "quantity: 'x' is not a number", field: 'quantity', content: 'T2,O2,U1,P1,x,9.5,9.5' }];
    const { record, source, records } = file;
    return [200, { id, record, source, header: '', records, list }];
  }

  #report() {
    const column = (name, label, type) => ({ name, label, type, unit: '', definition: `${label}, said at length.` });
    return {
      report: 'data_quality',
      title: 'Data quality',
      description: 'What the rules found.',
      period: { kind: 'none', from: '2026-01-01', to: '2026-11-21', days: 325, partial: false },
      columns: [
        column('model', 'Table', 'text'),
        column('measure', 'Measure', 'text'),
        column('reason', 'Rule', 'text'),
        column('checked', 'Rows', 'count'),
        column('failed', 'Bad rows', 'count'),
        column('share', 'Share', 'percent'),
      ],
      rows: [
        ['stg_clickstream', 'completeness', 'no product on a view', 293_030, 14_400, 0.0491],
        ['stg_transactions', 'accuracy', 'unknown payment method, taken as other', 24_671, 1, 0.00004],
        ['stg_users', 'completeness', 'no e-mail address', 3000, 0, 0],
      ],
      previous: null,
      sql: 'select 1',
      data_until: null,
      version: '7',
    };
  }

  #builds() {
    const built = MODELS.filter(([, kind]) => kind !== 'raw' && kind !== 'report');
    const steps = built.map(([model, kind], index) => ({
      model,
      kind,
      ran: index !== 1,
      reason: index === 1 ? 'up to date' : 'new input: 3 files of transactions',
      made: '3 days',
      rows: index === 1 ? null : 12_345 * (index + 1),
      seconds: index * 0.4,
    }));
    const build = (id, more) => ({
      id,
      started: short(this.now - 600_000 * (4 - id)),
      ended: short(this.now - 600_000 * (4 - id) + 9000),
      seconds: 9.2,
      cause: 'new input',
      error: null,
      version: id,
      changed: true,
      steps,
      failures: [],
      warnings: [],
      ...more,
    });
    const failure = { model: 'dim_users', test: 'unique(user_id)', rows: 2, says: '' };
    return [
      build(3, {}),
      build(2, { error: '1 data test failed', changed: false, failures: [failure] }),
      build(1, { changed: false, steps: steps.map((step) => ({ ...step, ran: false })) }),
    ];
  }

  #jobs(method, parts, body) {
    if (method === 'POST') {
      const { verb, args } = JSON.parse(body);
      const id = this.jobs.length + 1;
      this.jobs.unshift(this.job(id, verb, args, 'done', { lines: ['took 1,200 records, 3 stay in quarantine'] }));
      if (verb === 'quarantine') this.quarantined = [];
      return [202, { id }];
    }
    if (parts.length === 1) return [200, this.empty ? [] : this.jobs];
    const job = this.jobs.find((each) => each.id === Number(parts[1]));
    if (!job) return this.#problem(404, `there is no job ${parts[1]}`);
    if (method === 'DELETE') Object.assign(job, { state: 'cancelled', ended: short(this.now) });
    return [200, method === 'DELETE' ? {} : job];
  }

  #upload(method, parts, query, body) {
    if (parts.length === 1) {
      const { name, bytes } = JSON.parse(body);
      if (bytes > 50_000_000) return this.#problem(400, `${name} has ${bytes} bytes`, 'raise web.max_upload');
      const id = `u${++this.lastUpload}`;
      this.uploads.set(id, { name, bytes, content: '' });
      return [200, { id, name, bytes, received: 0, piece_bytes: 64 }];
    }
    const upload = this.uploads.get(parts[1]);
    if (!upload) return this.#problem(404, `there is no upload ${parts[1]}`);
    if (method === 'PUT') {
      if (Number(query.get('offset')) !== upload.content.length) return this.#problem(409, 'go on elsewhere');
      upload.content += body;
      const { name, bytes, content } = upload;
      return [200, { id: parts[1], name, bytes, received: content.length, piece_bytes: 64 }];
    }
    if (method === 'DELETE') {
      this.uploads.delete(parts[1]);
      return [200, {}];
    }
    return this.#ingest(upload, JSON.parse(body));
  }

  #ingest(upload, how) {
    const wrong = !upload.content.startsWith('order_id') && how.as !== 'users';
    const id = how.dry_run ? -(this.jobs.length + 1) : this.jobs.length + 1;
    const state = wrong ? 'failed' : 'done';
    const lines = wrong
      ? [`${upload.name}: CSV, comma`, '    user_id                ← customer               by its name']
      : [`${upload.name}: CSV, comma`, how.dry_run ? 'would take 2 records of 1 file' : 'took 2 records of 1 file'];
    const error = wrong ? 'there is no column for order_id; name one with --map order_id=COLUMN' : '';
    this.jobs.unshift(this.job(id, 'ingest', [upload.name], state, { lines, error }));
    return [202, { id }];
  }
}
