import assert from 'node:assert/strict';
import test from 'node:test';
import { readRows, withoutRows, withRows } from './rows_address';

test('rows in an address come back the same, beside the filters', () => {
  const wish = {
    title: 'Returns: Kids’ wear & more',
    report: 'order_lines',
    only: { line: ['returned'], category: ['Kids’ wear & more', 'Toys'] },
    range: { from: '2026-11-01', to: '2026-11-02' },
  };
  const search = withRows('?region=Asia&period=90d', wish);
  const query = new URLSearchParams(search);
  assert.equal(query.get('region'), 'Asia');
  assert.deepEqual(readRows(query.get('rows')), wish);
  assert.equal(withoutRows(search), '?region=Asia&period=90d');
  assert.equal(withoutRows(withRows('', wish)), '');
});

test('rows that make no sense are none', () => {
  for (const text of ['', 'title=x', 'of=users&title=x', 'of=order_lines'])
    assert.equal(readRows(text), null, text);
  assert.equal(readRows('of=order_lines&title=x&from=today&to=2026-01-01').range, undefined);
});
