import { countOf, daysBetween } from '../format/format';
import { shop } from '../state/shop.svelte';
import { filters } from './filters.svelte';
import { presetOf, type Range } from './period';

/** The chosen period as days, as far as they are known. */
export function chosenRange(): Range | null {
  const { period } = filters.choice;
  if (typeof period !== 'string') return period;
  const { first, last } = shop.known;
  return (first && last && presetOf(period)?.range(first, last)) || null;
}

/** The chosen period as the filter bar writes it. */
export function chosenPeriod(): { range: string; brief: string } {
  const { period } = filters.choice;
  const range = chosenRange();
  return {
    range: range ? shop.format.range(range.from, range.to) : '',
    brief:
      typeof period === 'string'
        ? (presetOf(period)?.brief ?? '')
        : countOf(daysBetween(period.from, period.to) + 1, 'day'),
  };
}
