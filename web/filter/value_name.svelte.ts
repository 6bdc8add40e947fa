import { SvelteMap } from 'svelte/reactivity';
import type { Dimension } from '../api/types';
import { humane } from '../format/format';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Names of products that a report has told; a product is filtered by its id. */
export const productNames = new SvelteMap<string, string>();

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
