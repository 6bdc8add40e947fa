import { SvelteMap } from 'svelte/reactivity';
import { ask, parse } from '../api/client';
import { Table } from '../api/table';
import type { Dimension, Report } from '../api/types';
import { humane } from '../format/format';
import type { Known } from './choice';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Names of products that a report has told; a product is filtered by its id. */
const productNames = new SvelteMap<string, string>();
const asked = new Set<string>();
/** One that nobody could name is asked for again then: a build may have brought it. */
const AGAIN_MS = 30_000;

export function learnProducts(table: Table) {
  for (const row of table.rows) productNames.set(table.text(row, 'product_id'), table.text(row, 'name'));
}

/** Asks for the names of products that no report has told yet; until they come a product is called by its id. */
export async function askProducts(ids: readonly string[], { first }: Known): Promise<void> {
  const unknown = [...new Set(ids)].filter((id) => !productNames.has(id) && !asked.has(id)).sort();
  if (unknown.length === 0 || !first) return;
  for (const id of unknown) asked.add(id);
  const query = new URLSearchParams({ limit: String(unknown.length) });
  for (const id of unknown) query.append('product', id);
  try {
    learnProducts(new Table(parse<Report>(await ask(`/api/reports/products?${query}`))));
  } catch {
    // The ids stay.
  }
  setTimeout(() => unknown.forEach((id) => asked.delete(id)), AGAIN_MS);
}

export const weekdayName = (number: string | number) => WEEKDAYS[Number(number) - 1] ?? String(number);

/** 14:00 – 14:59 */
export function hourName(hour: string | number): string {
  const two = String(hour).padStart(2, '0');
  return `${two}:00 – ${two}:59`;
}

/** A chosen value as a person would say it. */
export function valueName(dimension: Dimension, value: string): string {
  if (dimension === 'product') return productNames.get(value) ?? value;
  if (dimension === 'weekday') return weekdayName(value);
  if (dimension === 'hour') return hourName(value);
  return humane(value);
}
