// The tag on the pages of a small shop of another origin, before the real program: what was done there is what
// arrives in the topic.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { visit } from './lib/browser.mjs';
import { Program } from './lib/program.mjs';

const TOPIC = 'ecommerce-clickstream';
const KEY = 'public-page-key';
const TYPES = (events) => events.map((event) => event.value.event_type).sort();

// As docs/guide/intake.md has it.
const shopPage = (souk, attributes) => `<!doctype html><html lang="en"><title>Shop</title>
<script>window.souk=window.souk||function(){(souk.q=souk.q||[]).push(arguments)}</script>
<script async src="${souk}/track.js" data-key="${KEY}" ${attributes}></script>
<button id="yes" onclick="souk('consent', true)">Yes</button>
<button id="no" onclick="souk('consent', false)">No</button>
<button id="add" onclick="souk('add_to_cart', {product_id: 'P1', quantity: 2, price: 4.5})">Add</button>
<a href="/cup">Cup</a>`;

class Shop {
  async start() {
    this.server = createServer((request, response) => {
      const free = request.url.startsWith('/free');
      response.setHeader('Content-Type', 'text/html');
      response.end(request.url === '/favicon.ico' ? '' : shopPage(this.souk, free ? 'data-consent="not-needed"' : ''));
    });
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.address = `http://localhost:${this.server.address().port}`;
  }
  stop() {
    this.server.close();
  }
}

const stored = (page) => page.evaluate(() => ({ ...localStorage }));
const loaded = (page) => page.waitForFunction(() => window.souk && !window.souk.q);
// The topic once it has `count` events; those that come too late are no reason to wait.
async function events(program, count) {
  let all = [];
  for (let i = 0; i < 60 && all.length < count; i++) {
    all = await program.topic(TOPIC);
    if (all.length < count) await sleep(250);
  }
  return all;
}

async function consent(browser, shop, program) {
  await visit(browser, shop.address, { others: [program.address] }, async (page) => {
    await loaded(page);
    await page.click('#add');
    await sleep(1500);
    assert.deepEqual(await stored(page), {});
    assert.deepEqual(await program.topic(TOPIC), []);
    await page.click('#yes');
    const [first, second] = await events(program, 2);
    assert.deepEqual(TYPES([first, second]), ['add_to_cart', 'view']);
    // Left at once: what was done goes with a beacon, and the next page counts itself.
    await page.evaluate(() => {
      document.querySelector('#add').click();
      document.querySelector('a').click();
    });
    await page.waitForURL('**/cup');
    const all = await events(program, 4);
    assert.deepEqual(TYPES(all), ['add_to_cart', 'add_to_cart', 'view', 'view']);
    for (const name of ['session_id', 'visitor_id', 'user_agent', 'ip_address']) {
      assert.equal(new Set(all.map((event) => event.value[name])).size, 1, name);
    }
    const cup = all.find((event) => event.value.page_url === '/cup').value;
    assert.equal(cup.ip_address, '127.0.0.0');
    assert.equal(cup.traffic_source, 'direct');
    assert.equal(cup.device_type, 'desktop');
    assert.equal(cup.user_agent, await page.evaluate(() => navigator.userAgent));
    assert.equal(cup.referrer, `${shop.address}/`);
    assert.equal(all[0].key, cup.visitor_id);
    assert.deepEqual(all[0].headers, [{ name: 'source', value: 'page' }]);
    await loaded(page);
    await page.click('#no');
    await page.click('#add');
    await sleep(1500);
    assert.deepEqual(await stored(page), {});
    assert.equal((await program.topic(TOPIC)).length, 4);
  });
}

async function away(browser, shop, program) {
  const before = (await program.topic(TOPIC)).length;
  const allow = /Failed to load resource|net::ERR/;
  await visit(browser, shop.address, { path: '/free', others: [program.address], allow }, async (page) => {
    await loaded(page);
    await events(program, before + 1);
    await page.route(`${program.address}/v1/events**`, (route) => route.abort());
    await page.click('#add');
    await page.waitForFunction(() => localStorage['souk.queue']);
    await page.unroute(`${program.address}/v1/events**`);
    const all = (await events(program, before + 2)).slice(-2);
    assert.deepEqual(TYPES(all), ['add_to_cart', 'view']);
    await page.waitForFunction(() => !localStorage['souk.queue']);
  });
}

async function foreign(browser, program) {
  const other = new Shop();
  other.souk = program.address;
  await other.start();
  const before = (await program.topic(TOPIC)).length;
  try {
    const allow = /CORS|Failed to load resource/;
    await visit(browser, other.address, { path: '/free', others: [program.address], allow }, async (page) => {
      await loaded(page);
      await sleep(2000);
      assert.equal((await program.topic(TOPIC)).length, before);
    });
  } finally {
    other.stop();
  }
}

export async function trackTests(t, browser, souk) {
  const shop = new Shop();
  await shop.start();
  const program = await Program.empty(souk, [`intake.keys=page=${KEY}`, `intake.origins=${shop.address}`]);
  shop.souk = program.address;
  try {
    await t.test('counts from consent on, over pages, until it is taken back', () => consent(browser, shop, program));
    await t.test('keeps what cannot be sent', () => away(browser, shop, program));
    await t.test('pages that are not named send nothing', () => foreign(browser, program));
  } finally {
    await program.stop();
    shop.stop();
  }
}
