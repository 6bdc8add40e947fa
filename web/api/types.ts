// What the program answers under /api. The names are those of the answers.

export type Kind = 'money' | 'count' | 'percent' | 'text' | 'date' | 'number';

export type Cell = number | string | null;

export interface Column {
  name: string;
  label: string;
  type: Kind;
  unit: string;
  definition: string;
}

export interface Period {
  from: string;
  to: string;
  days: number;
  partial: boolean;
}

export interface Report {
  report: string;
  title: string;
  description: string;
  period: Period;
  columns: Column[];
  rows: Cell[][];
  previous: { from: string; to: string; rows: Cell[][] } | null;
  sql: string;
  data_until: string | null;
  version: string;
}

/** What the filter bar offers. */
export type Offered = 'region' | 'category' | 'payment_method' | 'device' | 'source' | 'segment';

/** What can be chosen: also what is chosen by a click in a panel only. */
export type Dimension = Offered | 'product' | 'weekday' | 'hour' | 'customer';

export interface Shop {
  name: string;
  currency: string;
  time_zone: string;
  empty: boolean;
  first_day: string | null;
  last_day: string | null;
  data_until: string | null;
  built_at: string | null;
  version: string;
  filters: Partial<Record<Offered, string[]>>;
}

export interface Service {
  name: string;
  state: 'running' | 'starting' | 'failed' | 'stopped';
  since: string | null;
  restarts: number;
  error: string | null;
  /** Processor cores that its threads keep busy; null before that is known. */
  cores: number | null;
}

export interface Process {
  cores: number | null;
  machine_cores: number;
  memory_bytes: number;
  database_bytes: number;
  threads: number;
}

export interface Status {
  version: string;
  started_at: string;
  now: string;
  process: Process;
  services: Service[];
  jobs: { running: number; queued: number };
  last_build: Record<string, unknown> | null;
}

/** Sent by /api/changes after each build. */
export interface Change {
  version: string;
  built_at: string;
  data_until: string;
}
