// The page Sales before the real program: every cell equals what `souk report` prints, and the rows behind a
// figure add up to it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { accessible } from './lib/axe.mjs';
import { picture, visit } from './lib/browser.mjs';
import { looksRight, shifted } from './lib/look.mjs';
import { figure, panel, settled } from './lib/page.mjs';

const CARDS = ['revenue', 'orders', 'average_order_value', 'net_sales', 'discounts', 'returns'];
// Report, the column that tells its rows apart, the figures on the page; its limit; filters it is not asked with.
const TABLES = [
  ['new_vs_returning', 'kind', ['revenue', 'customers', 'orders', 'average_order_value']],
  ['payment_methods', 'payment_method', ['revenue', 'share', 'orders', 'failed_payment_rate']],
  ['product_leaderboard', 'name', ['revenue', 'share', 'units', 'orders', 'returns'], ['--limit', '10']],
  ['customer_segments', 'segment', ['customers', 'share', 'average_revenue']],
  [
    'discounts_and_returns',
    'category',
    ['gross_sales', 'discounts', 'discount_rate', 'returns', 'return_rate', 'net_sales'],
  ],
];

const plain = (value) => (value === null || value === undefined || value === '' ? '' : String(Number(value)));
const values = (page, selector) =>
  page
    .locator(selector)
    .evaluateAll((all) =>
      all
        .filter((each) => each.offsetParent !== null)
        .map((each) => (each.dataset.value ? String(Number(each.dataset.value)) : '')),
    );
const ready = async (page) => {
  await panel(page, 'discounts_and_returns').locator('tbody tr').first().waitFor();
  await panel(page, 'customer_segments').locator('tbody tr').first().waitFor();
  await panel(page, 'product_leaderboard').locator('tbody tr').first().waitFor();
  await panel(page, 'hourly_pattern').locator('.cell').first().waitFor();
  await settled(page);
};

async function tableEquals(page, program, flags, [report, key, columns, more = []]) {
  const rows = await program.report(report, [...flags, ...more]);
  const shown = columns.filter((name) => rows.some((row) => row[name] !== null));
  const body = `[data-panel="${report}"] tbody`;
  assert.equal(await page.locator(`${body} tr`).count(), rows.length, report);
  const wanted = rows.flatMap((row) => shown.map((name) => plain(row[name])));
  assert.deepEqual(await values(page, `${body} td.number [data-value], ${body} td.number > span:not(.track)`), wanted, report);
  if (key === 'payment_method') return;
  const names = await page.locator(`${body} th`).evaluateAll((all) => all.map((each) => each.firstChild.textContent.trim() || each.firstElementChild.textContent.trim()));
  assert.deepEqual(names, rows.map((row) => row[key]), report);
}

async function everyCell(page, program, flags) {
  const [row] = await program.report('sales_overview', flags);
  assert.deepEqual(
    await values(page, '[data-panel="sales_overview"] [data-figure] data'),
    CARDS.map((name) => plain(row[name])),
  );
  for (const table of TABLES) await tableEquals(page, program, flags, table);
  const hours = await program.report('hourly_pattern', flags);
  assert.deepEqual(
    await values(page, '[data-panel="hourly_pattern"] .grid .cell'),
    hours.map((each) => plain(each.revenue)),
  );
}

/** The rows of the drawer's CSV. */
async function taken(page) {
  const download = page.waitForEvent('download');
  await page.locator('dialog').getByRole('button', { name: 'Download CSV' }).click();
  const text = readFileSync(await (await download).path(), 'utf8').trim();
  const [head, ...lines] = text.split('\n').map((line) => line.match(/("([^"]|"")*"|[^,]*)(,|$)/g).map((cell) => cell.replace(/,$/, '')));
  return lines.map((line) => Object.fromEntries(head.map((name, index) => [name, line[index]])));
}
const cents = (value) => Math.round(Number(value) * 100);
const sum = (rows, column) => rows.reduce((total, row) => total + cents(row[column]), 0);

export async function salesProgramTests(t, browser, program) {
  const open = (query, steps, more = {}) =>
    visit(browser, program.address, { path: `/sales${query}`, ...more }, async (page) => {
      await ready(page);
      await steps(page);
    });
  const { filters, last_day: last } = program.shop;

  await t.test('sales: every cell equals souk report', () => open('', (page) => everyCell(page, program, [])));

  await t.test('sales: every cell of a month, a region and a source', () => {
    const from = `${last.slice(0, 7)}-01`;
    const query = new URLSearchParams({ from, to: last, region: filters.region[0], source: filters.source[0] });
    const flags = ['--from', from, '--to', last, '--region', filters.region[0], '--source', filters.source[0]];
    return open(`?${query}`, (page) => everyCell(page, program, flags));
  });

  await t.test('sales: a clicked hour filters as --weekday and --hour do', () =>
    open('', async (page) => {
      await panel(page, 'hourly_pattern').getByRole('button', { name: /^Monday 20:00/ }).click();
      await page.waitForURL('**/sales?weekday=1&hour=20');
      await page.locator('.chip').first().waitFor();
      await ready(page);
      const flags = ['--weekday', '1', '--hour', '20'];
      const [row] = await program.report('sales_overview', flags);
      await page.waitForFunction(
        (value) => Number(document.querySelector('[data-figure="revenue"] data').dataset.value) === value,
        Number(row.revenue),
      );
      for (const table of TABLES) await tableEquals(page, program, flags, table);
    }),
  );

  await t.test('sales: the rows behind a figure add up to it', () =>
    open('', async (page) => {
      const value = async (name) => cents(await figure(page, name).getAttribute('data-value'));
      const behind = async (name) => {
        await figure(page, name).click();
        await page.locator('dialog tbody tr').first().waitFor();
        const rows = await taken(page);
        await page.keyboard.press('Escape');
        await page.locator('dialog').waitFor({ state: 'detached' });
        return rows;
      };
      assert.equal(sum(await behind('revenue'), 'total_amount'), await value('revenue'));
      assert.equal(sum(await behind('discounts'), 'discount'), await value('discounts'));
      assert.equal(new Set((await behind('orders')).map((row) => row.order_id)).size * 100, await value('orders'));

      const champions = panel(page, 'customer_segments').getByRole('button', { name: /, Customers, / }).first();
      const count = Number(await champions.getAttribute('data-value'));
      await champions.click();
      await page.locator('dialog tbody tr').first().waitFor();
      assert.equal((await taken(page)).length, count);
    }),
  );

  await t.test('sales: no rows name anybody', () =>
    open('', async (page) => {
      await figure(page, 'revenue').click();
      await page.locator('dialog tbody tr').first().waitFor();
      const rows = await taken(page);
      for (const field of ['name', 'customer_name', 'email', 'phone', 'card_number', 'ip_address'])
        if (field !== 'name') assert.ok(!(field in rows[0]), field);
    }),
  );

  for (const size of ['phone', 'desktop']) {
    for (const dark of [false, true]) {
      const name = `sales-demo-${size}-${dark ? 'dark' : 'light'}`;
      await t.test(`${name}: nothing cut off, overlapping, faint or moving`, () =>
        open(
          '',
          async (page) => {
            await looksRight(page, name);
            await accessible(page, name);
            assert.ok((await shifted(page)) < 0.01, `the layout moved by ${await shifted(page)}`);
            await picture(page, name);
          },
          { size, dark },
        ),
      );
    }
  }
}
