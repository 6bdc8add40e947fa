// The page Sales before the invented shop: looks, states, click to filter, and the rows behind its figures.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { picture, SIZES } from './lib/browser.mjs';
import { looksRight, shifted } from './lib/look.mjs';
import { chips, figure, panel, reports } from './lib/page.mjs';
import { LONG_NAME } from './lib/shop_data.mjs';

const sales = { path: '/sales' };
const PANELS = [
  'sales_overview',
  'sales_trend',
  'new_vs_returning',
  'product_leaderboard',
  'payment_methods',
  'hourly_pattern',
  'customer_segments',
  'discounts_and_returns',
];
const shown = (page) =>
  Promise.all([
    panel(page, 'product_leaderboard').locator('tbody tr').first().waitFor(),
    panel(page, 'hourly_pattern').locator('.cell').first().waitFor(),
    panel(page, 'customer_segments').locator('tbody tr').first().waitFor(),
    panel(page, 'discounts_and_returns').locator('tbody tr').first().waitFor(),
    figure(page, 'returns').waitFor(),
  ]);
const drawer = (page) => page.locator('dialog [data-rows]');
const asked = async (page, fixture, name, part) => {
  for (let tries = 0; tries < 50 && !reports(fixture, name).at(-1)?.includes(part); tries++)
    await page.waitForTimeout(40);
  assert.ok(reports(fixture, name).at(-1)?.includes(part), `${name} was not asked with ${part}`);
};
const menu = async (page, title, item) => {
  await page.getByRole('button', { name: `${title}: more`, exact: true }).click();
  await page.getByRole('button', { name: item, exact: true }).click();
};

export async function salesLooks(each, open, fixture) {
  for (const size of Object.keys(SIZES)) {
    for (const dark of [false, true]) {
      const name = `sales-${size}-${dark ? 'dark' : 'light'}`;
      await each(`${name}: nothing cut off, overlapping, faint or moving`, () =>
        open({ ...sales, size, dark }, async (page) => {
          await shown(page);
          await looksRight(page, name);
          assert.ok((await shifted(page)) < 0.01, `the layout moved by ${await shifted(page)}`);
          await picture(page, name);
        }),
      );
    }
  }

  const shops = { 'ten-figure': { scale: 1500 }, negative: { negative: true, scale: 40 } };
  for (const [name, traits] of Object.entries(shops)) {
    for (const size of ['phone', 'tablet', 'desktop', 'large']) {
      await each(`sales, ${name}, ${size}: nothing is cut off`, () => {
        fixture.reset(traits);
        return open({ ...sales, size }, async (page) => {
          await shown(page);
          await looksRight(page, `sales-${name}`);
          assert.equal(await page.getByText(LONG_NAME).count(), 1);
          await picture(page, `sales-${name}-${size}`);
          await figure(page, 'returns').click();
          await drawer(page).locator('tbody tr').first().waitFor();
          await looksRight(page, `sales-${name}, rows`);
          await picture(page, `sales-${name}-rows-${size}`, false);
        });
      });
    }
  }
}

export async function salesStates(each, open, fixture) {
  await each('sales: an empty shop leads to data', () => {
    fixture.mode = 'empty';
    return open(sales, async (page) => {
      await page.getByText('No figures yet').waitFor();
      fixture.mode = 'data';
      fixture.build();
      await shown(page);
    });
  });

  await each('sales: every panel says what failed, and can be tried again', () => {
    fixture.mode = 'error';
    return open({ ...sales, allow: /500/ }, async (page) => {
      for (const name of PANELS)
        await panel(page, name).getByText('the warehouse is locked by another process').waitFor();
      await looksRight(page, 'sales-error');
      await picture(page, 'sales-error');
      fixture.mode = 'data';
      const map = panel(page, 'hourly_pattern');
      await map.getByRole('button', { name: 'Try again' }).click();
      await map.locator('.cell').first().waitFor();
    });
  });

  await each('sales: while the figures are on their way nothing moves', () => {
    fixture.delayMs = 400;
    return open(sales, async (page) => {
      await panel(page, 'payment_methods').locator('.skeleton').waitFor();
      await picture(page, 'sales-loading');
      await shown(page);
      await page.waitForTimeout(200);
      assert.ok((await shifted(page)) < 0.05, `the layout moved by ${await shifted(page)}`);
    });
  });

  await each('sales: a period without sales says so in every panel of it', () =>
    open({ path: '/sales?from=2020-01-01&to=2020-01-14' }, async (page) => {
      for (const name of ['sales_trend', 'payment_methods', 'product_leaderboard', 'discounts_and_returns'])
        await panel(page, name).getByText('There is nothing in 1 – 14 Jan 2020.').waitFor();
      await looksRight(page, 'sales-nothing');
      await picture(page, 'sales-nothing');
    }),
  );

  await each('sales: a server that is gone leaves the figures, grey', () =>
    open({ ...sales, allow: /Failed to load|ERR_/ }, async (page) => {
      await shown(page);
      fixture.mode = 'down';
      fixture.cut();
      await page.getByText('No connection, figures may be old').waitFor();
      assert.equal(await page.locator('[data-panel][data-stale]').count(), PANELS.length);
      await looksRight(page, 'sales-stale');
    }),
  );
}

export async function salesUse(each, open, fixture) {
  await each('sales: a payment method, an hour and a product filter, and the address keeps them', () =>
    open(sales, async (page) => {
      await shown(page);
      await panel(page, 'payment_methods').getByRole('button', { name: 'PayPal', exact: true }).click();
      await asked(page, fixture, 'sales_overview', 'payment_method=paypal');
      await panel(page, 'hourly_pattern').getByRole('button', { name: /^Tuesday 20:00/ }).click();
      await asked(page, fixture, 'sales_overview', 'weekday=2&hour=20');
      await panel(page, 'product_leaderboard').getByRole('button', { name: 'Yoga mat', exact: true }).click();
      await asked(page, fixture, 'sales_overview', 'product=P1008');
      await panel(page, 'new_vs_returning').getByRole('button', { name: 'New', exact: true }).click();
      await asked(page, fixture, 'sales_overview', 'customer=New');
      assert.deepEqual(await chips(page), [
        'Payment method PayPal',
        'Product Yoga mat',
        'Weekday Tuesday',
        'Hour 20:00 – 20:59',
        'Customers New',
      ]);
      // A panel keeps what it lists; nobody is new as of a day.
      assert.ok(reports(fixture, 'payment_methods').every((path) => !path.includes('payment_method=')));
      assert.ok(reports(fixture, 'hourly_pattern').every((path) => !/weekday|hour=/.test(path)));
      assert.ok(reports(fixture, 'product_leaderboard').every((path) => !path.includes('product=')));
      assert.ok(reports(fixture, 'customer_segments').every((path) => !path.includes('customer=')));
      await looksRight(page, 'sales-filtered');
      await picture(page, 'sales-filtered');

      const value = await figure(page, 'revenue').getAttribute('data-value');
      const other = await page.context().newPage();
      await other.goto(page.url());
      await figure(other, 'revenue').waitFor();
      assert.equal(await figure(other, 'revenue').getAttribute('data-value'), value, 'a link shows the same');
      await other.close();

      await panel(page, 'hourly_pattern').getByRole('button', { name: /^Tuesday 20:00/ }).click();
      await page.getByRole('button', { name: 'Remove Product: Yoga mat' }).click();
      await page.waitForFunction(() => !/weekday|hour|product/.test(location.search));
      await page.getByRole('button', { name: 'Clear all' }).click();
      await page.waitForFunction(() => location.search === '');
    }),
  );

  await each('sales: the heat map is one stop, and the arrow keys go through it', () =>
    open(sales, async (page) => {
      await shown(page);
      const map = panel(page, 'hourly_pattern');
      assert.equal(await map.locator('.grid .cell[tabindex="0"]').count(), 1);
      await map.locator('.grid .cell[tabindex="0"]').focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowRight');
      await map.getByText('Tuesday 01:00 – 01:59').waitFor();
      await page.keyboard.press('Enter');
      await page.waitForURL('**/sales?weekday=2&hour=1');
    }),
  );

  await each('sales: the chart shows the figure that is chosen, and the address keeps it', () =>
    open(sales, async (page) => {
      await shown(page);
      await page.getByRole('button', { name: 'Figure: Revenue' }).click();
      await page.getByRole('radio', { name: 'Orders' }).click();
      await page.waitForURL('**/sales?measure=orders');
      const chart = panel(page, 'sales_trend').locator('.chart');
      await chart.focus();
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Home');
      const [first] = fixture.data.report('sales_trend', new URLSearchParams()).rows;
      assert.equal(await chart.locator('.tip dd').first().innerText(), first[3].toLocaleString('en-GB'));
      await page.keyboard.press('Enter');
      await drawer(page).waitFor();
      await asked(page, fixture, 'order_lines', `from=${first[0]}&to=${first[0]}`);
    }),
  );

  await each('sales: every figure shows its rows, and the CSV has all of them', () =>
    open({ path: '/sales?category=Fashion' }, async (page) => {
      await shown(page);
      await panel(page, 'discounts_and_returns')
        .getByRole('button', { name: /^Electronics, Returns, .* show the rows$/ })
        .click();
      await drawer(page).locator('tbody tr').first().waitFor();
      const path = reports(fixture, 'order_lines').at(-1);
      assert.match(path, /category=Electronics/);
      assert.ok(!path.includes('Fashion'), 'what was clicked is in place of what was chosen');
      assert.match(path, /line=returned/);
      assert.equal(await drawer(page).locator('tbody tr').count(), 100);
      await drawer(page).getByText('The newest 100 lines').waitFor();
      await drawer(page).getByRole('button', { name: 'Show 1,000 lines' }).click();
      await drawer(page).getByText('250 lines', { exact: true }).waitFor();
      const download = page.waitForEvent('download');
      await drawer(page).getByRole('button', { name: 'Download CSV' }).click();
      const saved = await download;
      assert.equal(saved.suggestedFilename(), 'order_lines_2026-10-25_2026-11-21.csv');
      const lines = readFileSync(await saved.path(), 'utf8').trim().split('\n');
      assert.equal(lines.length, 251);
      assert.match(reports(fixture, 'order_lines').at(-1), /limit=100000/);
      await drawer(page).getByRole('button', { name: 'Show the SQL' }).click();
      await drawer(page).getByText('souk report order_lines --from 2026-10-25', { exact: false }).waitFor();
      await page.keyboard.press('Escape');
      await drawer(page).waitFor({ state: 'detached' });

      await panel(page, 'customer_segments').getByRole('button', { name: /^Champions, Customers/ }).click();
      await drawer(page).locator('tbody tr').first().waitFor();
      assert.match(reports(fixture, 'rfm_customers').at(-1), /rfm_segment=Champions/);
    }),
  );

  await each('sales: a link opens the rows, and a product that no panel shows has its name', () =>
    open(sales, async (page) => {
      await shown(page);
      await page.getByRole('button', { name: /^Electronics, Returns, .* show the rows$/ }).click();
      await drawer(page).locator('tbody tr').first().waitFor();
      const link = page.url();
      const count = await drawer(page).locator('tbody tr').count();
      const title = await drawer(page).page().locator('dialog h2').innerText();
      await page.goBack();
      await drawer(page).waitFor({ state: 'detached' });
      await page.goForward();
      await drawer(page).waitFor();

      const other = await page.context().newPage();
      await other.goto(link);
      await drawer(other).locator('tbody tr').first().waitFor();
      assert.equal(await drawer(other).locator('tbody tr').count(), count);
      assert.equal(await other.locator('dialog h2').innerText(), title);
      await other.keyboard.press('Escape');
      await drawer(other).waitFor({ state: 'detached' });
      assert.equal(new URL(other.url()).search, '');
      await other.goto(`${new URL(link).origin}/?product=P1003`);
      const [row] = fixture.data.report('top_products', new URLSearchParams('product=P1003')).rows;
      await other.getByRole('button', { name: `Remove Product: ${row[1]}` }).waitFor();
      await other.close();
    }),
  );

  await each('sales: rows that cannot be read say so, rows that are not there too', () =>
    open({ ...sales, allow: /500/ }, async (page) => {
      await shown(page);
      fixture.mode = 'error';
      await figure(page, 'discounts').click();
      await drawer(page).getByText('the warehouse is locked by another process').waitFor();
      fixture.mode = 'data';
      await drawer(page).getByRole('button', { name: 'Try again' }).click();
      await drawer(page).locator('tbody tr').first().waitFor();
    }),
  );

  await each('sales: CSV, PNG and SQL of every panel', () =>
    open(sales, async (page) => {
      await shown(page);
      const titles = {
        new_vs_returning: 'New and returning',
        product_leaderboard: 'Top 10 products',
        payment_methods: 'Payment methods',
        hourly_pattern: 'When customers buy',
        customer_segments: 'Customer segments',
        discounts_and_returns: 'Discounts and returns',
      };
      for (const [report, title] of Object.entries(titles)) {
        let download = page.waitForEvent('download');
        await menu(page, title, 'Download CSV');
        const saved = await download;
        assert.match(saved.suggestedFilename(), new RegExp(`^${report}_`));
        const lines = readFileSync(await saved.path(), 'utf8').trim().split('\n');
        const wanted = JSON.parse(
          await page.evaluate(async (path) => (await fetch(path)).text(), reports(fixture, report).at(-1)),
        );
        assert.equal(lines.length, wanted.rows.length + 1, report);
        download = page.waitForEvent('download');
        await menu(page, title, 'Download PNG');
        const png = readFileSync(await (await download).path());
        assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
        // A picture of something: one colour alone would be a few hundred bytes.
        assert.ok(png.length > 8000, `${report}: ${png.length} bytes`);
        await menu(page, title, 'Show the SQL');
        await page.getByText(`souk report ${report} --from`, { exact: false }).waitFor();
        await page.keyboard.press('Escape');
      }
    }),
  );
}
