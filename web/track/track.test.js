import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import vm from 'node:vm';
import { trackText } from './bundle.mjs';

const TEXT = trackText();
const MINUTE = 60_000;

// A page of a shop: what the tag sees of a browser. `storage` outlives the page.
class Page {
  constructor({ storage = {}, data = {}, address = '/cup?utm_source=mail&utm_campaign=may', referrer = '', at = 0, early } = {}) {
    Object.assign(this, { storage, now: Date.parse('2025-03-01T10:00:00Z') + at, timers: [], listeners: {}, requests: [], beacons: [] });
    this.answers = 200;
    this.beacon = true;
    const page = this;
    class FakeDate extends Date {
      constructor(...args) {
        super(...(args.length ? args : [page.now]));
      }
    }
    const url = new URL(address, 'https://shop.example');
    const listen = (name, call) => (this.listeners[name] = call);
    const window = {
      Date: FakeDate,
      URL,
      URLSearchParams,
      crypto: webcrypto,
      localStorage: storage,
      location: url,
      navigator: {
        userAgent: 'Mozilla/5.0 (iPhone) Mobile',
        sendBeacon: (to, body) => this.beacon && Boolean(this.beacons.push({ to, events: JSON.parse(body) })),
      },
      history: { pushState: (_state, _title, to) => (url.href = new URL(to, url).href) },
      document: {
        currentScript: { src: 'https://souk.example/track.js', dataset: data },
        referrer,
        addEventListener: listen,
        visibilityState: 'visible',
      },
      addEventListener: listen,
      setTimeout: (call, ms) => this.timers.push({ call, at: this.now + ms }),
      fetch: (to, request) => {
        this.requests.push({ to, ...request, events: JSON.parse(request.body) });
        return this.answers ? Promise.resolve({ status: this.answers }) : Promise.reject(new Error('away'));
      },
    };
    window.window = window;
    if (early) window.souk = { q: early };
    this.window = window;
    vm.runInNewContext(TEXT, window);
  }
  souk(...args) {
    this.window.souk(...args);
  }
  async pass(ms) {
    const end = this.now + ms;
    for (;;) {
      const next = this.timers.filter((each) => each.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers.splice(this.timers.indexOf(next), 1);
      this.now = Math.max(this.now, next.at);
      next.call();
      await new Promise(setImmediate);
    }
    this.now = end;
  }
  get sent() {
    return this.requests.flatMap((request) => request.events);
  }
}
const free = { consent: 'not-needed', key: 'a key' };

test('the tag is smaller than 3 kB', () => {
  assert.ok(Buffer.byteLength(TEXT) < 3000, `${Buffer.byteLength(TEXT)} bytes`);
});

test('a page view is counted by itself, and what is called is sent with it', async () => {
  const page = new Page({ data: free, referrer: 'https://www.google.com/search?q=secret' });
  page.souk('add_to_cart', { product_id: 'P1', quantity: 2, price: 4.5 });
  await page.pass(2000);
  assert.equal(page.requests.length, 1);
  assert.equal(page.requests[0].to, 'https://souk.example/v1/events?key=a%20key');
  assert.equal(page.requests[0].credentials, 'omit');
  const [view, add] = page.sent;
  assert.equal(view.event_type, 'view');
  assert.equal(view.event_time, '2025-03-01T10:00:00.000Z');
  assert.equal(view.page_url, '/cup?utm_source=mail&utm_campaign=may');
  assert.equal(view.referrer, 'https://www.google.com/search');
  assert.equal(view.traffic_source, 'mail');
  assert.equal(view.campaign, 'may');
  assert.equal(view.device_type, 'mobile');
  assert.match(view.event_id, /^[0-9a-f-]{36}$/);
  assert.equal(add.product_id, 'P1');
  assert.equal(add.session_id, view.session_id);
  assert.equal(add.visitor_id, view.visitor_id);
  assert.notEqual(add.event_id, view.event_id);
});

test('calls before the tag was there are made up for', async () => {
  const page = new Page({ data: free, early: [['user', 'U7'], ['search', { search_query: 'cup' }]] });
  await page.pass(2000);
  assert.deepEqual(page.sent.map((event) => event.event_type), ['search', 'view']);
  assert.deepEqual(page.sent.map((event) => event.user_id), ['U7', 'U7']);
  assert.equal(page.sent[0].visitor_id, undefined);
});

test('a visit ends after 30 minutes, the visitor stays, and so does where the visit came from', async () => {
  const storage = {};
  const first = new Page({ storage, data: free });
  await first.pass(2000);
  const second = new Page({ storage, data: free, at: 29 * MINUTE, address: '/other', referrer: 'https://shop.example/cup' });
  await second.pass(2000);
  const third = new Page({ storage, data: free, at: 60 * MINUTE, address: '/other', referrer: 'https://m.facebook.com/' });
  await third.pass(2000);
  const [a, b, c] = [first, second, third].map((page) => page.sent[0]);
  assert.equal(b.session_id, a.session_id);
  assert.equal(b.traffic_source, 'mail');
  assert.notEqual(c.session_id, a.session_id);
  assert.equal(c.traffic_source, 'facebook');
  assert.equal(c.visitor_id, a.visitor_id);
});

test('without consent nothing is stored and nothing sent; with it the page is made up for', async () => {
  const page = new Page();
  page.souk('add_to_cart', { product_id: 'P1' });
  await page.pass(MINUTE);
  page.listeners.pagehide();
  assert.deepEqual(page.storage, {});
  assert.deepEqual([page.requests, page.beacons], [[], []]);
  page.souk('consent', true);
  await page.pass(2000);
  assert.deepEqual(page.sent.map((event) => event.event_type), ['view', 'add_to_cart']);
  const next = new Page({ storage: page.storage });
  await next.pass(2000);
  assert.equal(next.sent[0].visitor_id, page.sent[0].visitor_id);
});

test('consent that is taken back removes everything and ends the counting', async () => {
  for (const data of [{}, free]) {
    const page = new Page({ data });
    page.souk('consent', true);
    await page.pass(2000);
    const sent = page.sent.length;
    page.souk('view');
    page.souk('consent', false);
    page.souk('purchase', { order_id: 'O1' });
    await page.pass(MINUTE);
    page.listeners.pagehide();
    assert.equal(page.sent.length, sent);
    assert.deepEqual(page.beacons, []);
    assert.deepEqual(page.storage, data === free ? { 'souk.consent': '0' } : {});
    const next = new Page({ storage: page.storage, data });
    await next.pass(MINUTE);
    assert.deepEqual(next.requests, []);
    next.souk('consent', true);
    next.souk('view');
    await next.pass(2000);
    assert.notEqual(next.sent[0].visitor_id, page.sent[0].visitor_id);
  }
});

test('what waits goes with a beacon when the page is left', async () => {
  const page = new Page({ data: free });
  page.listeners.pagehide();
  page.listeners.pagehide();
  assert.equal(page.beacons.length, 1);
  assert.equal(page.beacons[0].events[0].event_type, 'view');
  await page.pass(MINUTE);
  assert.deepEqual(page.requests, []);
  const other = new Page({ data: free, storage: page.storage });
  other.beacon = false;
  other.listeners.pagehide();
  const after = new Page({ data: free, storage: page.storage, address: '/after' });
  await after.pass(2000);
  assert.deepEqual(after.sent.map((event) => event.page_url), ['/cup?utm_source=mail&utm_campaign=may', '/after']);
});

test('while the intake is away events are kept, tried again ever later, and sent once it is back', async () => {
  const page = new Page({ data: free });
  page.answers = 0;
  await page.pass(2000);
  page.answers = 503;
  await page.pass(5 * MINUTE);
  const tries = page.requests.length;
  assert.ok(tries >= 7 && tries <= 11, `${tries} tries`);
  const kept = JSON.parse(page.storage['souk.queue']);
  assert.equal(kept[0].event_id, page.sent[0].event_id);
  const next = new Page({ data: free, storage: page.storage, address: '/next', at: 6 * MINUTE });
  await next.pass(2000);
  assert.deepEqual(next.sent.map((event) => event.page_url), ['/cup?utm_source=mail&utm_campaign=may', '/next']);
  assert.equal(next.sent[0].event_id, kept[0].event_id);
  assert.equal(page.storage['souk.queue'], undefined);
});

test('what is kept is bounded, and a request that is refused is not tried again', async () => {
  const page = new Page({ data: free });
  page.answers = 0;
  for (let i = 0; i < 500; i++) page.souk('view', { product_id: `P${i}` });
  await page.pass(MINUTE);
  assert.equal(JSON.parse(page.storage['souk.queue']).length, 200);
  page.answers = 200;
  const tries = page.requests.length;
  await page.pass(2 * MINUTE);
  const through = page.requests.slice(tries).map((request) => request.events);
  assert.deepEqual(through.map((events) => events.length), [50, 50, 50, 50]);
  assert.deepEqual(through.flat().map((event) => event.product_id), Array.from({ length: 200 }, (_, i) => `P${i + 300}`));
  assert.equal(page.storage['souk.queue'], undefined);
  const refused = new Page({ data: free });
  refused.answers = 401;
  await refused.pass(5 * MINUTE);
  assert.equal(refused.requests.length, 1);
});

test('a page that changes its address is viewed again, the same address is not', async () => {
  const page = new Page({ data: free });
  page.window.history.pushState(null, '', '/second');
  page.window.history.pushState(null, '', '/second');
  page.listeners.popstate();
  await page.pass(2000);
  assert.deepEqual(page.sent.map((event) => event.page_url), ['/cup?utm_source=mail&utm_campaign=may', '/second']);
  const silent = new Page({ data: { ...free, views: 'by-hand' } });
  await silent.pass(2000);
  assert.deepEqual(silent.requests, []);
});
