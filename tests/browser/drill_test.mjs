// Every figure of the pages leads to what it is made of: clicked one after the other, and written down in
// drill-down.txt beside the pictures.

import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PICTURES } from './lib/browser.mjs';
import { figure, panel } from './lib/page.mjs';

const LIST = join(PICTURES, 'drill-down.txt');

const PAGES = [
  { name: 'Overview', path: '/', last: (page) => panel(page, 'top_products').locator('tbody tr').first() },
  { name: 'Sales', path: '/sales', last: (page) => panel(page, 'customer_segments').locator('tbody tr').first() },
  { name: 'Live', path: '/live', last: (page) => panel(page, 'live_products').getByText('Espresso machine') },
];
// They are the rows themselves.
const ROWS = ['live_orders_list'];

/** Every figure that is on the page: of which panel, what it says, and whether it can be clicked. */
const figures = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('[data-panel] [data-value]')]
      .filter((each) => each.offsetParent && each.dataset.value !== '')
      .map((each) => ({
        panel: each.closest('[data-panel]').dataset.panel,
        text: each.textContent.trim(),
        clicks: each.closest('button') !== null,
      })),
  );

async function leadsToRows(page, where, click) {
  await click();
  const drawer = page.locator('dialog [data-rows]');
  await drawer.getByRole('status').filter({ hasText: /\d/ }).waitFor();
  const list = await drawer.getAttribute('data-rows');
  const title = await page.locator('dialog h2').first().innerText();
  appendFileSync(LIST, `${where}\t${list}\t${title}\n`);
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
}

async function everyButton(page, name) {
  const buttons = page.getByRole('button', { name: /: show the rows$/ });
  for (let index = 0; index < (await buttons.count()); index++) {
    const button = buttons.nth(index);
    const said = await button.evaluate(
      (each) => `${each.closest('[data-panel]').dataset.panel}: ${each.getAttribute('aria-label')}`,
    );
    await leadsToRows(page, `${name}\t${said}`, () => button.click());
  }
}

async function everyChart(page, name) {
  const charts = page.locator('[data-panel] [role="application"]');
  for (let index = 0; index < (await charts.count()); index++) {
    const chart = charts.nth(index);
    await leadsToRows(page, `${name}\t${await chart.getAttribute('aria-label')}`, async () => {
      await chart.focus();
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Enter');
    });
  }
}

export async function drillDown(each, open) {
  mkdirSync(PICTURES, { recursive: true });
  rmSync(LIST, { force: true });
  for (const { name, path, last } of PAGES) {
    await each(`drill-down: every figure of ${name} leads to its rows`, () =>
      open({ path }, async (page) => {
        await last(page).waitFor();
        await figure(page, 'revenue').waitFor();
        const shown = await figures(page);
        assert.ok(shown.length > 20, `${shown.length} figures`);
        assert.deepEqual(shown.filter(({ panel: of, clicks }) => !clicks && !ROWS.includes(of)), []);
        await everyButton(page, name);
        await everyChart(page, name);
        // A cell filters; what is below the map shows the rows of the one that is chosen.
        if (name !== 'Sales') return;
        const map = panel(page, 'hourly_pattern');
        await map.getByRole('button', { name: /^Tuesday 20:00/ }).click();
        await page.mouse.move(0, 0);
        await map.getByRole('button', { name: 'Show the rows' }).waitFor();
        await leadsToRows(page, 'Sales\thourly_pattern: a cell', () => map.getByRole('button', { name: 'Show the rows' }).click());
      }),
    );
  }
}
