// The document of /api/live: what the page reads out of it.
import type { LiveDocument } from '../../api/types';

export type { Gauge, Kpi, LiveDocument, OrderLine } from '../../api/types';

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
