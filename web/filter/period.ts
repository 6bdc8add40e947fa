// The periods one can choose. They are counted from the last day with data, not from the clock:
// a shop whose data end last year still has its last 28 days.

import { addDays } from '../format/format';

export interface Range {
  from: string;
  to: string;
}

export interface Preset {
  id: string;
  label: string;
  /** The label inside the filter bar, beside the dates. */
  brief: string;
  range: (first: string, last: string) => Range;
}

const back = (days: number) => (_first: string, last: string) => ({
  from: addDays(last, 1 - days),
  to: last,
});

const monthBefore = (last: string): Range => {
  const to = addDays(`${last.slice(0, 7)}-01`, -1);
  return { from: `${to.slice(0, 7)}-01`, to };
};

/** What the program answers with when no period is named; the page then sends none. */
export const DEFAULT_PRESET = '28d';

export const PRESETS: readonly Preset[] = [
  { id: '1d', label: 'Latest day', brief: '1 day', range: back(1) },
  { id: '7d', label: 'Last 7 days', brief: '7 days', range: back(7) },
  { id: '28d', label: 'Last 28 days', brief: '28 days', range: back(28) },
  { id: '90d', label: 'Last 90 days', brief: '90 days', range: back(90) },
  { id: '365d', label: 'Last 365 days', brief: '365 days', range: back(365) },
  {
    id: 'month',
    label: 'Month to date',
    brief: 'this month',
    range: (_, last) => ({ from: `${last.slice(0, 7)}-01`, to: last }),
  },
  { id: 'last-month', label: 'Last month', brief: 'last month', range: (_, last) => monthBefore(last) },
  {
    id: 'year',
    label: 'Year to date',
    brief: 'this year',
    range: (_, last) => ({ from: `${last.slice(0, 4)}-01-01`, to: last }),
  },
  { id: 'all', label: 'All time', brief: 'all time', range: (first, last) => ({ from: first, to: last }) },
];

export const presetOf = (id: string) => PRESETS.find((preset) => preset.id === id);
