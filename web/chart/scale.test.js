import assert from 'node:assert/strict';
import test from 'node:test';
import { addDays } from '../format/format';
import { area, dayTicks, line, linear, minuteTicks, runs, scaleOf, thinned } from './scale';

const days = (first, count) => Array.from({ length: count }, (_, index) => addDays(first, index));

test('an axis starts at zero and has round steps', () => {
  assert.deepEqual(scaleOf([42_000, 61_400], 3), {
    low: 0,
    high: 61_400,
    ticks: [0, 20_000, 40_000, 60_000],
  });
  assert.deepEqual(scaleOf([93e6], 3).ticks, [0, 20e6, 40e6, 60e6, 80e6]);
  assert.deepEqual(scaleOf([-700, 2400], 3).ticks, [0, 1000, 2000]);
  assert.deepEqual(scaleOf([-1200, 2400], 3).ticks, [-1000, 0, 1000, 2000]);
  assert.deepEqual(scaleOf([], 3).ticks, [0]);
  assert.equal(scaleOf([0, null, 0], 3).high, 1);
});

test('a gap is neither bridged nor drawn as zero', () => {
  const same = (value) => value;
  const parts = runs([1, 2, null, null, 3], same, same);
  assert.deepEqual(
    parts.map((part) => part.length),
    [2, 1],
  );
  assert.equal(line(parts), 'M0.0,1.0L1.0,2.0M4.0,3.0h.01');
  assert.equal(area(parts, 9), 'M0.0,9.0L0.0,1.0L1.0,2.0V9.0Z');
  assert.equal(line(runs([null, null], same, same)), '');
});

test('days are labelled in weeks, then months, then years', () => {
  const weeks = dayTicks(days('2026-10-25', 28), 8);
  assert.deepEqual(
    weeks.map((tick) => tick.index),
    [0, 7, 14, 21],
  );
  const months = dayTicks(days('2025-01-01', 690), 9);
  assert.deepEqual(
    months.map((tick) => tick.at),
    [
      '2025-01-01',
      '2025-04-01',
      '2025-07-01',
      '2025-10-01',
      '2026-01-01',
      '2026-04-01',
      '2026-07-01',
      '2026-10-01',
    ],
  );
  assert.deepEqual(months.filter((tick) => tick.kind === 'year').length, 2);
  assert.ok(dayTicks(days('2010-01-01', 3650), 6).length <= 6);
  assert.deepEqual(dayTicks([], 5), []);
});

test('minutes are marked at round distances of the hour', () => {
  const from = Date.parse('2026-11-22T10:37:00Z');
  const minutes = Array.from({ length: 60 }, (_, index) => new Date(from + index * 60_000).toISOString());
  const marked = (room) => minuteTicks(minutes, room).map((tick) => tick.at.slice(11, 16));
  assert.deepEqual(marked(6), ['10:40', '10:50', '11:00', '11:10', '11:20', '11:30']);
  assert.deepEqual(marked(3), ['10:40', '11:00', '11:20']);
  assert.deepEqual(marked(0), ['11:00', '11:30']);
});

test('a linear scale survives a range without extent', () => {
  assert.equal(linear(0, 10, 0, 100)(5), 50);
  assert.equal(linear(3, 3, 0, 100)(3), 0);
});

test('a small picture of many days keeps their level and their gaps', () => {
  const values = [...Array(50).fill(2), ...Array(50).fill(null), ...Array(50).fill(4)];
  assert.deepEqual(thinned(values, 3), [2, null, 4]);
  assert.deepEqual(thinned([1, 2], 3), [1, 2]);
});
