// What is chosen in the filter bar, and how it is written in the address. The address is the only
// place where it is kept, so a link or the back button brings back exactly what was seen.

import type { Dimension } from '../api/types';
import { DEFAULT_PRESET, presetOf, type Range } from './period';

export interface Choice {
  /** A preset's id, or a range of days. */
  period: string | Range;
  compare: boolean;
  values: Record<Dimension, string[]>;
}

export const DIMENSIONS: readonly { id: Dimension; label: string }[] = [
  { id: 'region', label: 'Region' },
  { id: 'category', label: 'Category' },
  { id: 'payment_method', label: 'Payment method' },
  { id: 'device', label: 'Device' },
  { id: 'source', label: 'Source' },
  { id: 'segment', label: 'Segment' },
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
  return { period: periodOf(query), compare: query.get('compare') !== 'none', values };
}

function appendValues(query: URLSearchParams, choice: Choice, except?: Dimension) {
  for (const { id } of DIMENSIONS) {
    if (id === except) continue;
    for (const value of choice.values[id]) query.append(id, value);
  }
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
  appendValues(query, choice);
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
  except?: Dimension;
}

/** The query of a report for a choice, or null as long as the days it needs are not known. */
export function reportQuery(choice: Choice, known: Known, wish: Wish = {}): string | null {
  const query = new URLSearchParams();
  if (typeof choice.period !== 'string') {
    query.set('from', choice.period.from);
    query.set('to', choice.period.to);
  } else if (choice.period !== DEFAULT_PRESET) {
    if (!known.first || !known.last) return null;
    const range = presetOf(choice.period)?.range(known.first, known.last);
    if (range) {
      query.set('from', range.from);
      query.set('to', range.to);
    }
  }
  appendValues(query, choice, wish.except);
  if (wish.compare && choice.compare) query.set('compare', 'previous');
  if (wish.limit) query.set('limit', String(wish.limit));
  return query.toString();
}

const shellWord = (text: string) =>
  /^[\w.,:/@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** The command that prints the same rows. */
export function reportCommand(report: string, range: Range, choice: Choice, wish: Wish = {}): string {
  const words = ['souk report', report, '--from', range.from, '--to', range.to];
  for (const { id } of DIMENSIONS) {
    if (id === wish.except) continue;
    for (const value of choice.values[id]) words.push(`--${id.replaceAll('_', '-')}`, shellWord(value));
  }
  return words.join(' ');
}
