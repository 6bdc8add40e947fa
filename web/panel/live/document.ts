// What /api/live answers: see src/serve/live_board.h.

export interface Kpi {
  name: string;
  label: string;
  type: 'money' | 'count' | 'ratio';
  today: number | null;
  hour: number | null;
  /** Begin and value of each of the last 60 minutes; the last one runs. */
  minutes: [string, number][];
  /** What each of the last 60 seconds added, by when it was counted; the last one runs. */
  seconds: number[];
  /** Of the last 30 minutes, by dimension, the greatest first. */
  by: Record<string, { member: string | null; value: number }[]>;
}

export interface Gauge {
  name: string;
  label: string;
  value: number;
}

export interface SlidingWindow {
  name: string;
  label: string;
  start: string;
  end: string;
  value: number;
}

export interface OrderLine {
  transaction_timestamp: string;
  updated_at: string;
  total_amount: number;
  quantity: number;
  order_id: string;
  transaction_id: string;
  product_id: string;
  product_category: string;
  city: string;
  country: string;
  payment_method: string;
  payment_status: string;
  status: string;
  failure_reason: string;
}

export interface Health {
  records_per_second: number;
  /** Records that wait. */
  lag: number;
  latency_ms: { p50: number; p99: number };
  commit_ms: number;
  counters: Partial<Record<string, number>>;
}

export interface LiveDocument {
  state: 'running' | 'stopped' | 'failed';
  error: string | null;
  now: string;
  committed_at: string | null;
  watermark: string | null;
  health: Health;
  gauges: Gauge[];
  kpis: Kpi[];
  windows: SlidingWindow[];
  orders: OrderLine[];
}

export const kpiOf = (document: LiveDocument, name: string) =>
  document.kpis.find((kpi) => kpi.name === name) ?? null;

export const gaugeOf = (document: LiveDocument, name: string) =>
  document.gauges.find((gauge) => gauge.name === name) ?? null;

/** The seconds of a figure with their beginnings. */
export function secondsOf(now: string, values: readonly number[]): [string, number][] {
  const running = Math.floor(Date.parse(now) / 1000);
  return values.map((value, index) => [
    new Date((running - values.length + 1 + index) * 1000).toISOString(),
    value,
  ]);
}

/** Whether any record ever came. */
export const isEmpty = (document: LiveDocument) =>
  document.watermark === null && document.orders.length === 0 && document.health.lag === 0;
