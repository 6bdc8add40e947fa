import assert from 'node:assert/strict';
import test from 'node:test';
import { addMonths, dayAfterKey, lastDayOf, weeksOf } from './calendar';

test('a month stands under its weekdays', () => {
  const weeks = weeksOf('2026-11');
  assert.deepEqual(weeks[0], [null, null, null, null, null, null, '2026-11-01']);
  assert.equal(weeks[5][0], '2026-11-30');
  assert.equal(weeks.flat().filter(Boolean).length, 30);
  assert.equal(weeksOf('2027-02')[0][0], '2027-02-01');
});

test('months go over the year', () => {
  assert.equal(addMonths('2026-11', 2), '2027-01');
  assert.equal(addMonths('2026-01', -1), '2025-12');
  assert.equal(lastDayOf('2028-02'), '2028-02-29');
});

test('keys lead to days', () => {
  const to = (key, shift = false) => dayAfterKey(key, '2026-03-31', shift);
  assert.equal(to('ArrowRight'), '2026-04-01');
  assert.equal(to('ArrowUp'), '2026-03-24');
  assert.equal(to('Home'), '2026-03-30');
  assert.equal(to('End'), '2026-04-05');
  assert.equal(to('PageUp'), '2026-02-28');
  assert.equal(to('PageUp', true), '2025-03-31');
  assert.equal(to('PageDown'), '2026-04-30');
  assert.equal(to('a'), null);
});
