// What the program answers to the pages of the pipeline. The names are those of the answers.

export interface TopicRow {
  name: string;
  partitions: number;
  records: number;
  rate: number | null;
  bytes: number | null;
  groups: { group: string; lag: number }[];
}

export interface StreamOverview {
  at: string;
  topics: TopicRow[];
  groups: { name: string; state: string; members: number; lag: number }[];
}

export interface TopicDetail extends TopicRow {
  partition_list: {
    partition: number;
    start: number;
    end: number;
    bytes: number | null;
    leader: number;
    replicas: number[];
    in_sync: number[];
  }[];
  settings: { name: string; value: string; default: boolean }[];
}

export interface GroupDetail {
  name: string;
  state: string;
  members: number;
  partitions: {
    topic: string;
    partition: number;
    committed: number | null;
    end: number | null;
    lag: number | null;
    member: string;
    client: string;
    host: string;
  }[];
}

/** Bytes as a person reads them: text, or hexadecimal when they are none. */
export interface Shown {
  text: string;
  bytes: number;
  cut: boolean;
  binary: boolean;
}

export interface Message {
  partition: number;
  offset: number;
  timestamp: string | null;
  key: Shown | null;
  value: Shown | null;
  headers: { name: string; value: Shown | null }[];
}

export interface MessagePage {
  messages: Message[];
  next: Record<string, number>;
  partitions: { partition: number; start: number; end: number }[];
  looked_at: number;
  passed_over: number;
  complete: boolean;
}

export interface LakeFolder {
  path: string;
  folders: { name: string; files: number; bytes: number }[];
  files: { name: string; bytes: number }[];
  files_here: number;
  all_files: number;
  all_bytes: number;
}

export interface LakePreview {
  path: string;
  bytes: number;
  kind: 'rows' | 'text' | 'binary';
  format: string;
  columns: { name: string; type: string }[];
  rows: (string | number | boolean | null)[][];
  more: boolean;
  text: string;
}

export interface QuarantineFile {
  id: string;
  record: string;
  records: number;
  source: string;
  topic: string;
  added: string;
  counted: number;
  reasons: { reason: string; field: string; records: number }[];
}

export interface Quarantine {
  files: QuarantineFile[];
  rules: { model: string; reason: string; rows: number }[];
}

export interface QuarantineRecords {
  id: string;
  record: string;
  source: string;
  header: string;
  records: number;
  list: { line: number; place: string; reason: string; field: string; content: string }[];
}

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export interface Progress {
  stage: string;
  done: number;
  total: number;
  unit: string;
  rate: number;
  eta_ms: number;
}

export interface Job {
  id: number;
  verb: string;
  args: string[];
  cause: string;
  state: JobState;
  submitted: string | null;
  started: string | null;
  ended: string | null;
  progress: Progress;
  error: string;
  lines?: string[];
}

export interface BuildStep {
  model: string;
  kind: string;
  ran: boolean;
  reason: string;
  made: string;
  rows: number | null;
  seconds: number;
}

export interface Finding {
  model: string;
  test: string;
  rows: number;
  says: string;
}

export interface Build {
  id: number;
  started: string;
  ended: string;
  seconds: number;
  cause: string;
  error: string | null;
  version: number;
  changed: boolean;
  steps: BuildStep[];
  failures: Finding[];
  warnings: Finding[];
}

export interface ModelNode {
  name: string;
  kind: 'raw' | 'lake' | 'table' | 'view' | 'build' | 'report';
  columns: number;
  reads: string[];
}
