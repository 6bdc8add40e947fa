import assert from 'node:assert/strict';
import test from 'node:test';
import { csv, fileName } from './download';

const report = {
  report: 'top_products',
  period: { from: '2011-12-03', to: '2011-12-09' },
  columns: [{ name: 'name' }, { name: 'revenue' }, { name: 'conversion_rate' }],
  rows: [
    ['Lamp, "blue"', 1284310.5, null],
    ['Two\nlines', -3, 0.5],
  ],
};

test('CSV has every digit and quotes only what needs it', () => {
  assert.equal(
    csv(report),
    'name,revenue,conversion_rate\n"Lamp, ""blue""",1284310.5,\n"Two\nlines",-3,0.5\n',
  );
  assert.equal(fileName(report, 'csv'), 'top_products_2011-12-03_2011-12-09.csv');
});
