// The page Live before the real program with its living shop: the figures are those of /api/live, and an
// order that is sent is seen at once.

import assert from 'node:assert/strict';
import { picture, visit } from './lib/browser.mjs';
import { looksRight } from './lib/look.mjs';
import { figure, panel } from './lib/page.mjs';

const firstLine = (page) => panel(page, 'live_orders_list').locator('tbody tr').first();
const FIGURES = [
  'revenue',
  'orders',
  'average_order_value',
  'conversion_rate',
  'active_visitors',
  'open_carts',
];
const PERSON = { user_id: 'U7777777', customer_name: 'Ada Brandt', card_number: '5555555555554444' };

function order(city, minutesAgo = 0) {
  const now = new Date(Date.now() - minutesAgo * 60_000).toISOString();
  const id = String(Date.now());
  return {
    transaction_id: `T${id}`,
    order_id: `O${id}`,
    ...PERSON,
    product_id: 'P000001',
    quantity: 2,
    unit_price: 50,
    discount: 0,
    tax: 0,
    shipping: 4.9,
    total_amount: 104.9,
    currency: 'EUR',
    payment_method: 'paypal',
    payment_status: 'paid',
    status: 'completed',
    city,
    country: 'Germany',
    transaction_timestamp: now,
    updated_at: now,
  };
}

const figuresOf = (document) =>
  FIGURES.map(
    (name) =>
      document.kpis.find((kpi) => kpi.name === name)?.today ??
      document.gauges.find((gauge) => gauge.name === name)?.value ??
      null,
  );

// Tabs tell each other what they hear; here the test listens too.
const listen = (page) =>
  page.evaluate(() => {
    window.heard = [];
    window.ear = new BroadcastChannel('/api/live');
    window.ear.onmessage = ({ data }) => data.told?.text && window.heard.push(data.told.text);
  });

export async function liveProgramTests(t, browser, program) {
  const open = (options, steps) =>
    visit(browser, program.address, { path: '/live', ...options }, async (page) => {
      await firstLine(page).waitFor({ timeout: 30_000 });
      await steps(page);
    });

  await t.test('live: the figures are those of the stream', () =>
    open({}, async (page) => {
      await listen(page);
      await page.waitForFunction(() => window.heard.length >= 3);
      await page.getByRole('button', { name: 'Pause' }).click();
      const shown = await Promise.all(
        FIGURES.map(async (name) => {
          const value = await figure(page, name).getAttribute('data-value');
          return value === null || value === '' ? null : Number(value);
        }),
      );
      // The last one heard may not have been drawn any more.
      const heard = (await page.evaluate(() => window.heard.slice(-3))).map((text) =>
        figuresOf(JSON.parse(text)),
      );
      assert.ok(
        heard.some((figures) => JSON.stringify(figures) === JSON.stringify(shown)),
        `${JSON.stringify(shown)} is none of ${JSON.stringify(heard)}`,
      );
    }),
  );

  await t.test('live: the rows behind a figure add up to it', async () => {
    const read = async (path) => (await fetch(`${program.address}${path}`)).json();
    const cents = (value) => Math.round(Number(value) * 100);
    // The shop may not live for minutes yet. It goes on while both are asked, one after the other.
    await program.produce('ecommerce-transactions', order('Rowsville', 4));
    const looked = [];
    for (let tries = 0; tries < 10; tries++) {
      const { kpis } = await read('/api/live/now');
      const { minutes } = kpis.find(({ name }) => name === 'revenue');
      const some = minutes.slice(-30, -2);
      const span = `from=${some[0][0]}&to=${minutes.at(-2)[0]}`;
      const { columns, rows } = await read(`/api/live/rows?figure=revenue&${span}&limit=100000`);
      const amount = columns.findIndex(({ name }) => name === 'total_amount');
      const [counted, listed] = [
        some.reduce((sum, [, value]) => sum + cents(value), 0),
        rows.reduce((sum, row) => sum + cents(row[amount]), 0),
      ];
      if (counted === listed && rows.length > 0) return;
      looked.push([counted, listed, rows.length]);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    assert.fail(`counted, listed, rows: ${JSON.stringify(looked)}`);
  });

  await t.test('live: an order that is sent is seen within a second, without who bought', () =>
    open({}, async (page) => {
      const seen = panel(page, 'live_orders_list').getByText('Souktown').first().waitFor();
      await program.produce('ecommerce-transactions', order('Souktown'));
      const sent = Date.now();
      await seen;
      const took = Date.now() - sent;
      t.diagnostic(`seen ${took} ms after it was acknowledged and souk produce had ended`);
      assert.ok(took < 1000, `it took ${took} ms`);
      const told =
        (await page.locator('body').innerText()) +
        (await (await fetch(`${program.address}/api/live/now`)).text());
      for (const private_ of Object.values(PERSON)) assert.ok(!told.includes(private_), private_);
    }),
  );

  for (const size of ['phone', 'desktop']) {
    for (const dark of [false, true]) {
      const name = `live-demo-${size}-${dark ? 'dark' : 'light'}`;
      await t.test(`${name}: nothing cut off, overlapping or faint`, () =>
        open({ size, dark }, async (page) => {
          await looksRight(page, name);
          await picture(page, name);
        }),
      );
    }
  }
}
