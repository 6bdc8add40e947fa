// What is chosen in the filter bar, and how it is written in the address. The address is the only
// place where it is kept, so a link or the back button brings back exactly what was seen.

import type { Dimension, Offered } from '../api/types';
import { DEFAULT_PRESET, presetOf, type Range } from './period';

export interface Choice {
  /** A preset's id, or a range of days. */
  period: string | Range;
  compare: boolean;
  /** The figure that a chart with several shows; "" for its first. */
  measure: string;
  values: Record<Dimension, string[]>;
}

/** Those that the filter bar offers. */
export const OFFERED: readonly { id: Offered; label: string }[] = [
  { id: 'region', label: 'Region' },
  { id: 'category', label: 'Category' },
  { id: 'payment_method', label: 'Payment method' },
  { id: 'device', label: 'Device' },
  { id: 'source', label: 'Source' },
  { id: 'segment', label: 'Segment' },
];

export const DIMENSIONS: readonly { id: Dimension; label: string }[] = [
  ...OFFERED,
  { id: 'product', label: 'Product' },
  { id: 'weekday', label: 'Weekday' },
  { id: 'hour', label: 'Hour' },
  { id: 'customer', label: 'Customers' },
];

const DAY = /^\d{4}-\d{2}-\d{2}$/;

const isDay = (text: string | null): text is string =>
  text !== null && DAY.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));

function periodOf(query: URLSearchParams): string | Range {
  const from = query.get('from');
  const to = query.get('to');
  if (isDay(from) && isDay(to)) return from <= to ? { from, to } : { from: to, to: from };
  const preset = query.get('period') ?? '';
  return presetOf(preset) ? preset : DEFAULT_PRESET;
}

/** Reads an address; what it does not understand counts as not said. */
export function read(search: string): Choice {
  const query = new URLSearchParams(search);
  const values = {} as Choice['values'];
  for (const { id } of DIMENSIONS) values[id] = [...new Set(query.getAll(id).filter(Boolean))];
  const measure = query.get('measure') ?? '';
  return { period: periodOf(query), compare: query.get('compare') !== 'none', measure, values };
}

/** The values that a wish asks with, by filter, in the order in which they are written. */
function wished(choice: Choice, wish: Wish): [filter: string, value: string][] {
  const without = new Set<string>([wish.except ?? []].flat());
  const more = wish.only ?? {};
  const own = DIMENSIONS.filter(({ id }) => !without.has(id) && !(id in more)).map(
    ({ id }): [string, readonly string[]] => [id, choice.values[id]],
  );
  return [...own, ...Object.entries(more)].flatMap(([id, values]) =>
    values.map((value): [string, string] => [id, value]),
  );
}

/** The address of a choice, "" for what the page shows by itself. */
export function write(choice: Choice): string {
  const query = new URLSearchParams();
  if (typeof choice.period !== 'string') {
    query.set('from', choice.period.from);
    query.set('to', choice.period.to);
  } else if (choice.period !== DEFAULT_PRESET) {
    query.set('period', choice.period);
  }
  if (!choice.compare) query.set('compare', 'none');
  if (choice.measure) query.set('measure', choice.measure);
  for (const [id, value] of wished(choice, {})) query.append(id, value);
  const text = query.toString();
  return text ? `?${text}` : '';
}

export interface Known {
  first: string | null;
  last: string | null;
}

export interface Wish {
  compare?: boolean;
  limit?: number;
  /** A panel that lists the values of a dimension keeps them all and marks the chosen ones. */
  except?: Dimension | readonly Dimension[];
  /** Values in place of the chosen ones, also of filters that are no dimension. */
  only?: Readonly<Record<string, readonly string[]>>;
  /** Days in place of the chosen ones. */
  range?: Range;
}

/** The query of a report for a choice, or null as long as the days it needs are not known. */
export function reportQuery(choice: Choice, known: Known, wish: Wish = {}): string | null {
  const query = new URLSearchParams();
  const days = wish.range ?? choice.period;
  if (typeof days !== 'string') {
    query.set('from', days.from);
    query.set('to', days.to);
  } else if (days !== DEFAULT_PRESET) {
    if (!known.first || !known.last) return null;
    const range = presetOf(days)?.range(known.first, known.last);
    if (range) {
      query.set('from', range.from);
      query.set('to', range.to);
    }
  }
  for (const [id, value] of wished(choice, wish)) query.append(id, value);
  if (wish.compare && choice.compare) query.set('compare', 'previous');
  if (wish.limit) query.set('limit', String(wish.limit));
  return query.toString();
}

const shellWord = (text: string) =>
  /^[\w.,:/@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** The command that prints the same rows. */
export function reportCommand(report: string, range: Range, choice: Choice, wish: Wish = {}): string {
  const words = ['souk report', report, '--from', range.from, '--to', range.to];
  for (const [id, value] of wished(choice, wish)) words.push(`--${id.replaceAll('_', '-')}`, shellWord(value));
  if (wish.limit) words.push('--limit', String(wish.limit));
  return words.join(' ');
}
