// How the rows that somebody looks at stand in the address: one parameter, itself written like a query.

import type { RowsReport, RowsWish } from './rows.svelte';

const PARAMETER = 'rows';
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const REPORTS: readonly (string | null)[] = ['order_lines', 'rfm_customers', 'visits', 'live'] satisfies RowsReport[];
const isReport = (text: string | null): text is RowsReport => REPORTS.includes(text);

/** What a parameter wishes for, or null when it makes no sense. */
export function readRows(text: string): RowsWish | null {
  const said = new URLSearchParams(text);
  const report = said.get('of');
  const title = said.get('title');
  if (!title || !isReport(report)) return null;
  const only: Record<string, string[]> = {};
  for (const name of new Set(said.keys())) {
    if (!['of', 'title', 'from', 'to'].includes(name)) only[name] = said.getAll(name);
  }
  const [from = '', to = ''] = [said.get('from') ?? '', said.get('to') ?? ''];
  const range = DAY.test(from) && DAY.test(to) ? { from, to } : undefined;
  return { title, report, only, range };
}

function rewritten(search: string, value: string | null): string {
  const query = new URLSearchParams(search);
  query.delete(PARAMETER);
  if (value !== null) query.set(PARAMETER, value);
  const text = query.toString();
  return text ? `?${text}` : '';
}

export const withoutRows = (search: string): string => rewritten(search, null);

export function withRows(search: string, { title, report = 'order_lines', only = {}, range }: RowsWish): string {
  const said = new URLSearchParams({ of: report, title });
  for (const [name, values] of Object.entries(only)) for (const value of values) said.append(name, value);
  if (range) {
    said.set('from', range.from);
    said.set('to', range.to);
  }
  return rewritten(search, said.toString());
}
