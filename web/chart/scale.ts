// Axes and paths: plain geometry, no drawing.

export type Values = readonly (number | null)[];

export interface Point {
  x: number;
  y: number;
}

export interface Scale {
  low: number;
  high: number;
  ticks: number[];
}

/**
 * From zero, so that a height always tells the truth, to the largest value, in at least `fewest` round
 * steps.
 */
export function scaleOf(values: Values, fewest: number): Scale {
  const known = values.filter((value) => value !== null);
  const low = Math.min(0, ...known);
  const high = Math.max(0, ...known);
  const most = (high - low || 1) / fewest;
  const power = 10 ** Math.floor(Math.log10(most) + 1e-9);
  const step = [5, 2, 1].map((factor) => factor * power).find((size) => size <= most * 1.001) ?? power;
  const from = Math.ceil(low / step - 1e-9);
  const to = Math.floor(high / step + 1e-9);
  const ticks = Array.from({ length: to - from + 1 }, (_, index) => (from + index) * step);
  return { low, high: high > low ? high : low + 1, ticks };
}

export const linear = (from: number, to: number, start: number, end: number) => (value: number) =>
  start + ((value - from) / (to - from || 1)) * (end - start);

export interface Tick {
  index: number;
  /** The day or the moment that gets a label. */
  at: string;
  kind: 'minute' | 'day' | 'month' | 'year';
}

/** Which days of a row of days get a label: every n-th day, or first days of months or years. */
export function dayTicks(days: readonly string[], room: number): Tick[] {
  const count = days.length;
  if (count === 0) return [];
  const most = Math.max(2, room);
  if (count <= 92) {
    // Beyond two weeks only whole weeks, so that equal weekdays are marked.
    const step =
      (count <= 14 ? [1, 2, 7] : [7, 14, 28]).find((size) => Math.ceil(count / size) <= most) ?? 28;
    return days.flatMap((at, index) => (index % step === 0 ? [{ index, at, kind: 'day' as const }] : []));
  }
  const firsts = days.flatMap((at, index) => (at.endsWith('-01') ? [{ index, at }] : []));
  const every = [1, 2, 3, 6, 12, 24, 60].find((months) => firsts.length / months <= most) ?? 120;
  return firsts
    .filter(({ at }) => (Number(at.slice(0, 4)) * 12 + Number(at.slice(5, 7)) - 1) % every === 0)
    .map(({ index, at }) => ({
      index,
      at,
      kind: at.slice(5, 7) === '01' ? ('year' as const) : ('month' as const),
    }));
}

// Round distances among the sixties that `digits` begins in a time.
function sixtieths(times: readonly string[], room: number, digits: number): Tick[] {
  const step = [1, 2, 5, 10, 15, 20, 30].find((size) => times.length / size <= Math.max(2, room)) ?? 60;
  return times.flatMap((at, index) =>
    Number(at.slice(digits, digits + 2)) % step === 0 ? [{ index, at, kind: 'minute' as const }] : [],
  );
}

/** Which minutes of an hour or less get a label: those at round distances of the full hour. */
export const minuteTicks = (minutes: readonly string[], room: number) => sixtieths(minutes, room, 14);

/** The same of the seconds of a minute. */
export const secondTicks = (seconds: readonly string[], room: number) => sixtieths(seconds, room, 17);

/** The runs of points between gaps: an unknown value is a gap, never a zero and never a bridge. */
export function runs(values: Values, x: (index: number) => number, y: (value: number) => number): Point[][] {
  const found: Point[][] = [];
  let run: Point[] = [];
  values.forEach((value, index) => {
    if (value === null) {
      if (run.length) found.push(run);
      run = [];
    } else {
      run.push({ x: x(index), y: y(value) });
    }
  });
  if (run.length) found.push(run);
  return found;
}

const at = ({ x, y }: Point) => `${x.toFixed(1)},${y.toFixed(1)}`;

/** A line through each run; a run of one point becomes a dot by its round cap. */
export const line = (parts: Point[][]) =>
  parts.map((run) => (run.length === 1 ? `M${at(run[0]!)}h.01` : `M${run.map(at).join('L')}`)).join('');

export const area = (parts: Point[][], base: number) =>
  parts
    .filter((run) => run.length > 1)
    .map((run) => `M${run[0]!.x.toFixed(1)},${base.toFixed(1)}L${run.map(at).join('L')}V${base.toFixed(1)}Z`)
    .join('');

/**
 * At most so many values for a small picture: the means of equal stretches, gaps only where all is unknown.
 */
export function thinned(values: Values, most: number): Values {
  if (values.length <= most) return values;
  return Array.from({ length: most }, (_, index) => {
    const part = values.slice(
      Math.floor((index * values.length) / most),
      Math.floor(((index + 1) * values.length) / most),
    );
    const known = part.filter((value) => value !== null);
    return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
  });
}
