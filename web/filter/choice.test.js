import assert from 'node:assert/strict';
import test from 'node:test';
import { read, reportCommand, reportQuery, write } from './choice';
import { presetOf } from './period';

const known = { first: '2010-12-01', last: '2011-12-09' };

test('an address says what is chosen and comes back the same', () => {
  const search = '?period=90d&compare=none&region=Europe&region=Asia&category=Home+%26+kitchen';
  const choice = read(search);
  assert.equal(choice.period, '90d');
  assert.equal(choice.compare, false);
  assert.deepEqual(choice.values.region, ['Europe', 'Asia']);
  assert.deepEqual(choice.values.category, ['Home & kitchen']);
  assert.equal(write(choice), search);
});

test('what the page shows by itself needs no address', () => {
  assert.equal(write(read('')), '');
  assert.equal(write(read('?period=28d&compare=previous')), '');
});

test('what makes no sense counts as not said', () => {
  assert.equal(read('?period=fortnight').period, '28d');
  assert.equal(read('?from=2011-13-01&to=2011-12-09').period, '28d');
  assert.deepEqual(read('?from=2011-12-09&to=2011-12-01').period, { from: '2011-12-01', to: '2011-12-09' });
  assert.deepEqual(read('?region=&region=Asia&region=Asia').values.region, ['Asia']);
});

test('a report is asked for the chosen days and values', () => {
  const choice = read('?period=7d&region=Asia&category=Toys');
  assert.equal(
    reportQuery(choice, known, { compare: true, limit: 10 }),
    'from=2011-12-03&to=2011-12-09&region=Asia&category=Toys&compare=previous&limit=10',
  );
  assert.equal(
    reportQuery(choice, known, { except: 'category' }),
    'from=2011-12-03&to=2011-12-09&region=Asia',
  );
  assert.equal(reportQuery(read(''), known, {}), '');
  assert.equal(reportQuery(choice, { first: null, last: null }), null);
  assert.equal(reportQuery(read('?compare=none'), known, { compare: true }), '');
});

test('the command of a report can be pasted into a shell', () => {
  const choice = read("?payment_method=credit_card&region=North+America&category=Kids'+wear");
  assert.equal(
    reportCommand('top_products', { from: '2011-12-03', to: '2011-12-09' }, choice),
    "souk report top_products --from 2011-12-03 --to 2011-12-09 --region 'North America' --category 'Kids'\\'' wear' --payment-method credit_card",
  );
});

test('presets count from the last day with data', () => {
  const range = (id) => presetOf(id).range(known.first, known.last);
  assert.deepEqual(range('1d'), { from: '2011-12-09', to: '2011-12-09' });
  assert.deepEqual(range('28d'), { from: '2011-11-12', to: '2011-12-09' });
  assert.deepEqual(range('month'), { from: '2011-12-01', to: '2011-12-09' });
  assert.deepEqual(range('last-month'), { from: '2011-11-01', to: '2011-11-30' });
  assert.deepEqual(range('year'), { from: '2011-01-01', to: '2011-12-09' });
  assert.deepEqual(range('all'), { from: '2010-12-01', to: '2011-12-09' });
});
