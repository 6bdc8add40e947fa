import assert from 'node:assert/strict';
import test from 'node:test';
import { addDays, countOf, daysBetween, Format, humane } from './format';

const euro = new Format('EUR', 'Europe/Berlin');
const noon = Date.parse('2026-11-21T11:04:30Z');

test('money is exact, without cents on a card from a thousand on, and short on an axis', () => {
  assert.equal(euro.money(1284310.5), '€1,284,310.50');
  assert.equal(euro.money(1284310.5, 'figure'), '€1,284,311');
  assert.equal(euro.money(70.5, 'figure'), '€70.50');
  assert.equal(euro.money(1284310.5, 'short'), '€1.28M');
  assert.equal(euro.money(412_345, 'short'), '€412k');
  assert.equal(euro.money(999_960, 'short'), '€1M');
  assert.equal(euro.money(20_000, 'short'), '€20k');
  assert.equal(euro.money(2_500_000_000, 'short'), '€2.5bn');
  assert.equal(euro.money(-1234.5), '−€1,234.50');
  assert.equal(new Format('JPY', 'Asia/Tokyo').money(1234), '¥1,234');
  assert.equal(new Format('GBP', 'Europe/London').symbol, '£');
});

test('counts and percentages', () => {
  assert.equal(euro.count(41870), '41,870');
  assert.equal(euro.count(9999, 'short'), '9,999');
  assert.equal(euro.count(41870, 'short'), '41.9k');
  assert.equal(euro.percent(0.0284, 2), '2.84\u00a0%');
  assert.equal(euro.cell(null, 'money'), '–');
  assert.equal(euro.cell('2026-11-21', 'date'), '21 Nov 2026');
});

test('a movement is told in percent, of a percentage in points, and against nothing not at all', () => {
  assert.deepEqual(euro.movement(110, 100, 'money'), {
    arrow: '▲',
    text: '10.0\u00a0%',
    spoken: 'up 10.0 percent',
    direction: 1,
  });
  assert.equal(euro.movement(0.0272, 0.0284, 'percent').text, '0.12\u00a0pt');
  assert.equal(euro.movement(0.0272, 0.0284, 'percent').arrow, '▼');
  assert.equal(euro.movement(100.01, 100, 'money').text, 'no change');
  assert.equal(euro.movement(5, 0, 'money'), null);
  assert.equal(euro.movement(50, -100, 'money').arrow, '▲');
});

test('days and ranges', () => {
  assert.equal(euro.range('2026-11-01', '2026-11-28', '2026-11-21'), '1 – 28 Nov');
  assert.equal(euro.range('2026-10-25', '2026-11-21', '2026-11-21'), '25 Oct – 21 Nov');
  assert.equal(euro.range('2011-11-12', '2011-12-09', '2026-11-21'), '12 Nov – 9 Dec 2011');
  assert.equal(euro.range('2025-12-30', '2026-01-02', '2026-11-21'), '30 Dec 2025 – 2 Jan 2026');
  assert.equal(euro.range('2026-09-09', '2026-09-09', '2026-11-21'), '9 Sep');
  assert.equal(euro.weekday('2011-12-09'), 'Fri 9 Dec 2011');
  assert.equal(addDays('2024-02-28', 2), '2024-03-01');
  assert.equal(daysBetween('2026-10-24', '2026-10-26'), 2);
});

test('times are those of the shop', () => {
  assert.equal(euro.stamp('2026-11-21T11:04:30Z', noon), '12:04:30');
  assert.equal(euro.stamp('2026-11-20T23:30:00Z', noon), '00:30:00');
  assert.equal(euro.stamp('2011-12-09T12:50:00Z', noon), '9 Dec 2011 13:50');
  assert.equal(euro.moment('2026-07-01T10:00:00Z'), 'Wed 1 Jul 2026 12:00:00 (Europe/Berlin)');
  assert.equal(euro.ago('2026-11-21T11:04:26Z', noon), 'just now');
  assert.equal(euro.ago('2026-11-21T11:01:00Z', noon), '3 min ago');
  assert.equal(euro.ago('2026-11-19T11:01:00Z', noon), '2 days ago');
});

test('codes are said as words, names are left alone', () => {
  assert.equal(humane('credit_card'), 'Credit card');
  assert.equal(humane('paypal'), 'PayPal');
  assert.equal(humane('Home & kitchen'), 'Home & kitchen');
  assert.equal(humane('United Kingdom'), 'United Kingdom');
  assert.equal(countOf(1, 'day'), '1 day');
  assert.equal(countOf(1200, 'day'), '1,200 days');
});
