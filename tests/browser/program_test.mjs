// The page before the real program: every figure on it equals what `souk report` prints.

import assert from 'node:assert/strict';
import { answersProgramTests } from './answers_program_test.mjs';
import { liveProgramTests } from './live_program_test.mjs';
import { picture, visit } from './lib/browser.mjs';
import { looksRight, shifted } from './lib/look.mjs';
import { settled } from './lib/page.mjs';
import { Program } from './lib/program.mjs';
import { pipelineProgramTests } from './pipeline_program_test.mjs';
import { salesProgramTests } from './sales_program_test.mjs';

const CARDS = ['revenue', 'transactions', 'average_transaction_value', 'units', 'conversion_rate'];
const PRODUCT_FIGURES = ['revenue', 'units', 'orders', 'conversion_rate'];

const plain = (value) => (value === null ? '' : String(Number(value)));
const ready = (page) =>
  page.locator('[data-panel="top_products"] tbody tr, [data-panel="top_products"] .empty').first().waitFor();
const values = (page, selector) =>
  page
    .locator(selector)
    .evaluateAll((all) => all.map((each) => (each.dataset.value ? String(Number(each.dataset.value)) : '')));

async function cardsEqual(page, program, flags) {
  const [row] = await program.report('sales_overview', flags);
  const wanted = CARDS.map((name) => plain(row[name]));
  assert.deepEqual(await values(page, '[data-figure] data'), wanted);
}

async function barsEqual(page, program, flags, report, key, shown) {
  const rows = await program.report(report, flags);
  const open = page.locator(`[data-panel="${report}"] button.all`);
  if (await open.count()) await open.click();
  const panel = `[data-panel="${report}"] li`;
  assert.deepEqual(
    await page.locator(`${panel} .label`).allInnerTexts(),
    rows.map((row) => row[key]),
  );
  assert.deepEqual(
    await values(page, `${panel} .value`),
    rows.map((row) => plain(row[shown])),
  );
}

async function productsEqual(page, program, flags) {
  const rows = await program.report('top_products', [...flags, '--limit', '10']);
  const panel = '[data-panel="top_products"] tbody tr';
  const figures = PRODUCT_FIGURES.filter((name) => rows.some((row) => row[name] !== null));
  assert.deepEqual(
    await page.locator(`${panel} th`).allInnerTexts(),
    rows.map((row) => row.name),
  );
  const wanted = rows.flatMap((row) => figures.map((name) => plain(row[name])));
  assert.deepEqual(await values(page, `${panel} td.number > :first-child`), wanted);
}

// Each question of a first look is asked once, the first of them by the answer that brought the page.
async function askedOnce(page) {
  const asked = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter((entry) => entry.name.includes('/api/reports/'))
      .map((entry) => [new URL(entry.name).pathname.split('/').pop(), entry.initiatorType]),
  );
  assert.deepEqual([...asked].sort(), [
    ['revenue_by_category', 'link'],
    ['revenue_by_region', 'link'],
    ['sales_overview', 'link'],
    ['sales_trend', 'link'],
    ['top_products', 'fetch'],
  ]);
}

// The chart's days are read one by one, as a person without a mouse would.
async function daysEqual(page, program, flags) {
  const rows = await program.report('sales_trend', flags);
  const chart = page.locator('[data-panel="sales_trend"] .chart');
  const money = new Intl.NumberFormat('en-GB', {
    style: 'currency',
    currency: program.shop.currency,
    currencyDisplay: 'narrowSymbol',
  });
  await chart.focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Home');
  for (const [index, row] of rows.entries()) {
    if (index > 0) await page.keyboard.press('ArrowRight');
    const shown = await chart.locator('.tip dd').first().innerText();
    assert.equal(shown, row.revenue === null ? '–' : money.format(row.revenue).replace('-', '−'), row.day);
  }
}

async function allEqual(page, program, flags) {
  await cardsEqual(page, program, flags);
  await barsEqual(page, program, flags, 'revenue_by_category', 'category', 'revenue');
  await barsEqual(page, program, flags, 'revenue_by_region', 'region', 'share');
  await productsEqual(page, program, flags);
  await daysEqual(page, program, flags);
}

export async function programTests(t, browser, souk) {
  const program = await Program.start(souk);
  try {
    await answersProgramTests(t, program);
    await everyFigure(t, browser, program);
    await everyLook(t, browser, program);
    await salesProgramTests(t, browser, program);
    await liveProgramTests(t, browser, program);
    await pipelineProgramTests(t, browser, program);
  } finally {
    await program.stop();
  }
}

async function everyFigure(t, browser, program) {
  const open = (path, steps) =>
    visit(browser, program.address, { path }, async (page) => {
      await ready(page);
      await steps(page);
    });
  const { filters, last_day: last } = program.shop;

  await t.test('every figure equals souk report', () => open('/', (page) => allEqual(page, program, [])));

  await t.test('each question of a first look is asked once', () => open('/', askedOnce));

  await t.test('every figure of a range of days', () => {
    const from = `${last.slice(0, 7)}-01`;
    return open(`/?from=${from}&to=${last}`, (page) =>
      allEqual(page, program, ['--from', from, '--to', last]),
    );
  });

  const kinds = [
    ['payment_method', '--payment-method'],
    ['device', '--device'],
    ['source', '--source'],
    ['segment', '--segment'],
  ];
  for (const [dimension, flag] of kinds) {
    const value = filters[dimension]?.[0];
    const skip = !value && `the shop has no ${dimension}`;
    await t.test(`every figure with a ${dimension}`, { skip }, () =>
      open(`/?${new URLSearchParams({ [dimension]: value })}`, (page) =>
        allEqual(page, program, [flag, value]),
      ),
    );
  }

  await t.test('a click on a category filters the cards as --category does', () =>
    open('/', async (page) => {
      const bar = page.locator('[data-panel="revenue_by_category"] li button').first();
      const name = await bar.locator('.label').innerText();
      await bar.click();
      await page.locator('.chip').waitFor();
      await settled(page);
      await cardsEqual(page, program, ['--category', name]);
      await barsEqual(page, program, ['--category', name], 'revenue_by_region', 'region', 'share');
      await productsEqual(page, program, ['--category', name]);
    }),
  );
}

async function everyLook(t, browser, program) {
  for (const size of ['phone', 'desktop']) {
    for (const dark of [false, true]) {
      const name = `demo-${size}-${dark ? 'dark' : 'light'}`;
      await t.test(`${name}: nothing cut off, overlapping, faint or moving`, () =>
        visit(browser, program.address, { size, dark }, async (page) => {
          await ready(page);
          await looksRight(page, name);
          assert.ok((await shifted(page)) < 0.01, `the layout moved by ${await shifted(page)}`);
          await picture(page, name);
        }),
      );
    }
  }
}
