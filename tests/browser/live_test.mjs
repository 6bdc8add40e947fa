// The page Live before the invented shop: its states, its looks, and that it changes, holds and comes back.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { accessible } from './lib/axe.mjs';
import { picture, SIZES } from './lib/browser.mjs';
import { looksRight, shifted } from './lib/look.mjs';
import { figure, panel } from './lib/page.mjs';

const live = { path: '/live' };
const firstLine = (page) => panel(page, 'live_orders_list').locator('tbody tr').first();
const stamp = (page) => page.locator('[data-stamp]');
const shown = async (page) => {
  await firstLine(page).waitFor();
  await panel(page, 'live_products').getByText('Espresso machine').waitFor();
};
const hasValue = (page, name, value) =>
  page.waitForFunction(
    ([of, wanted]) => Number(document.querySelector(`[data-figure="${of}"] data`)?.dataset.value) === wanted,
    [name, value],
  );

export async function liveLooks(each, open, fixture) {
  for (const size of Object.keys(SIZES)) {
    for (const dark of [false, true]) {
      const name = `live-${size}-${dark ? 'dark' : 'light'}`;
      await each(`${name}: nothing cut off, overlapping, faint or moving`, () =>
        open({ ...live, size, dark }, async (page) => {
          await shown(page);
          await looksRight(page, name);
          assert.ok((await shifted(page)) < 0.02, `the layout moved by ${await shifted(page)}`);
          await picture(page, name);
        }),
      );
    }
  }

  for (const size of ['phone', 'tablet', 'desktop']) {
    await each(`live, ten figures, ${size}: nothing is cut off`, () => {
      fixture.reset({}, { scale: 90_000 });
      return open({ ...live, size }, async (page) => {
        await shown(page);
        await looksRight(page, `live-great-${size}`);
        await picture(page, `live-great-${size}`);
      });
    });
  }
}

export async function liveStates(each, open, fixture) {
  await each('live: what the server says is what is shown', () =>
    open(live, async (page) => {
      await shown(page);
      await hasValue(page, 'revenue', 8391.9);
      assert.equal(await figure(page, 'revenue').innerText(), '€8,392');
      await page.locator('[data-figure="revenue"]').getByText('€8,391.90 in the last hour').waitFor();
      assert.equal(await figure(page, 'conversion_rate').innerText(), '1.97\u00a0%');
      await page.locator('[data-figure="open_carts"]').getByText('worth €32,004.90').waitFor();
      const troubles = panel(page, 'live_troubles');
      await troubles.getByText('14 failed payments in the last hour, 90 today').waitFor();
      await troubles.getByText('1 cancelled order in the last hour, 12 today').waitFor();
      await troubles.getByText('Insufficient funds').waitFor();
      assert.deepEqual(await panel(page, 'live_funnel').locator('.value').allInnerTexts(), [
        '3,804',
        '2,717',
        '207',
        '71',
      ]);
      assert.equal(await panel(page, 'live_cities').locator('.label').last().innerText(), 'Unknown');
      const lines = panel(page, 'live_orders_list').locator('tbody tr');
      assert.equal(await lines.count(), 20);
      await lines.nth(2).getByText('Payment failed: card declined').waitFor();
      await lines.nth(4).getByText('P9999', { exact: false }).first().waitFor();
      await panel(page, 'live_revenue').getByText('this minute so far').waitFor();
      assert.equal(await page.locator('[data-health="late"] dd').innerText(), '3');
      await page.getByRole('link', { name: 'Live running' }).waitFor();
    }),
  );

  await each('live: products are asked for by their names, those without one once', () =>
    open(live, async (page) => {
      const asked = [];
      page.on('request', (request) => request.url().includes('/reports/products') && asked.push(request.url()));
      await shown(page);
      await panel(page, 'live_products').getByText(fixture.data.report('products', new URLSearchParams('product=P1001')).rows[0][1]).waitFor();
      fixture.commit((data) => data.order());
      await hasValue(page, 'revenue', 8491.9);
      await page.waitForTimeout(1500);
      assert.equal(asked.filter((url) => url.includes('product=P9999')).length, 1);
      assert.equal(asked.filter((url) => url.includes('product=P1001')).length, 1);
    }),
  );

  await each('live: a minute is read with the arrow keys', () =>
    open(live, async (page) => {
      await shown(page);
      const chart = panel(page, 'live_revenue').locator('.chart');
      await chart.focus();
      await page.keyboard.press('ArrowLeft');
      await chart.locator('.tip').getByText('12:05, not over').waitFor();
      await page.keyboard.press('ArrowLeft');
      await chart.locator('.tip').getByText('12:04', { exact: true }).waitFor();
      await looksRight(page, 'live minute');
    }),
  );

  await each('live: no stream here', () => {
    fixture.withoutStream = true;
    return open(live, async (page) => {
      await page.getByText('No stream runs here').waitFor();
      await looksRight(page, 'live-none');
      await picture(page, 'live-none');
      assert.ok(fixture.requests.every((path) => !path.startsWith('/api/live')));
    });
  });

  await each('live: before the first record', () => {
    fixture.live.empty = true;
    return open({ ...live, size: 'phone' }, async (page) => {
      await page.getByText('Nothing has come yet').waitFor();
      assert.equal(await page.getByText('souk generate live', { exact: true }).count(), 1);
      await looksRight(page, 'live-empty');
      await picture(page, 'live-empty');
      fixture.live.empty = false;
      fixture.commit();
      await firstLine(page).waitFor();
    });
  });

  await each('live: a shop that was never built has live figures', () => {
    fixture.mode = 'empty';
    return open(live, async (page) => {
      await firstLine(page).waitFor();
      await looksRight(page, 'live unbuilt');
    });
  });

  await each('live: a stream that failed says why', () =>
    open({ ...live, dark: true }, async (page) => {
      await shown(page);
      fixture.live.state = 'failed';
      fixture.live.error = 'hot.duckdb: no space left on the disk; make room';
      fixture.commit();
      await page.getByText('no space left on the disk').waitFor();
      await looksRight(page, 'live-failed');
      await picture(page, 'live-failed');
      assert.equal((await page.locator('[data-panel][data-stale]').count()) > 5, true);
    }),
  );
}

export async function liveMenus(each, open, fixture) {
  const take = async (page, title, item) => {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: `${title}: more`, exact: true }).click();
    await page.getByRole('button', { name: item, exact: true }).click();
    return download;
  };

  await each('live: CSV of every panel, PNG of its charts, and what the figures are', () =>
    open(live, async (page) => {
      await shown(page);
      const firstLines = {
        'Key figures': 'figure,value',
        Revenue: 'minute,revenue',
        Orders: 'minute,orders',
        'Last orders': 'transaction_timestamp,updated_at,order_id',
        'Revenue by city': 'key,label,value',
        'Top products': 'key,label,value',
        Funnel: 'key,label,value',
        'Failed and cancelled': 'figure,reason,value',
        Stream: 'figure,value',
      };
      for (const [title, head] of Object.entries(firstLines)) {
        const saved = await take(page, title, 'Download CSV');
        assert.match(saved.suggestedFilename(), /^live_\w+_2026-11-21_12-05-10\.csv$/);
        const lines = readFileSync(await saved.path(), 'utf8').split('\n');
        assert.ok(lines[0].startsWith(head), `${title}: ${lines[0]}`);
        assert.ok(lines.length > 3, title);
      }
      const minutes = readFileSync(await (await take(page, 'Revenue', 'Download CSV')).path(), 'utf8');
      const { minutes: wanted } = fixture.live.document().kpis.find((kpi) => kpi.name === 'revenue');
      assert.deepEqual(
        minutes.trim().split('\n').slice(1),
        wanted.map((minute) => minute.join(',')),
      );
      for (const title of ['Revenue', 'Orders', 'Revenue by city', 'Funnel']) {
        const png = readFileSync(await (await take(page, title, 'Download PNG')).path());
        assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
        assert.ok(png.length > 8000, `${title}: ${png.length} bytes`);
      }
      await page.getByRole('button', { name: 'Orders: more', exact: true }).click();
      await page.getByRole('button', { name: 'Show the definition' }).click();
      await page.locator('dialog pre').getByText('name: orders').waitFor();
      await looksRight(page, 'live definition');
      await accessible(page, 'live definition');
    }),
  );
}

export async function liveRows(each, open, fixture) {
  for (const size of ['phone', 'desktop']) {
    await each(`live: the rows behind a figure, ${size}; the address keeps them`, () =>
      open({ ...live, size, dark: size === 'desktop' }, async (page) => {
        await shown(page);
        await page.getByRole('button', { name: /^Berlin, .*: show the rows$/ }).click();
        const drawer = page.locator('dialog [data-rows="live"]');
        await drawer.locator('tbody tr').first().waitFor();
        const asked = new URLSearchParams(fixture.requests.at(-1).split('?')[1]);
        assert.deepEqual(
          [...asked].filter(([name]) => name !== 'limit'),
          [['figure', 'revenue'], ['from', '2026-11-21T10:36:00.000Z'], ['by', 'city'], ['member', 'Berlin']],
        );
        await drawer.getByText('The newest 100 lines').waitFor();
        await looksRight(page, `live-rows-${size}`);
        await accessible(page, `live-rows-${size}`);
        await picture(page, `live-rows-${size}`, false);
        await page.reload();
        await drawer.locator('tbody tr').first().waitFor();
        await page.keyboard.press('Escape');
        await drawer.waitFor({ state: 'detached' });
        assert.equal(new URL(page.url()).search, '');
      }),
    );
  }

  await each('live: rows that nobody has, that fail, and that come', () =>
    open({ ...live, allow: /500/ }, async (page) => {
      await shown(page);
      const drawer = page.locator('dialog [data-rows="live"]');
      await page.getByRole('button', { name: /^Oslo, .*: show the rows$/ }).click();
      await drawer.getByText('There are no such lines.').waitFor();
      await page.keyboard.press('Escape');
      await page.route('**/api/live/rows?*', (route) =>
        route.fulfill({
          status: 500,
          contentType: 'application/problem+json',
          body: JSON.stringify({ type: 'about:blank', title: 'io', status: 500, detail: 'the disk is gone' }),
        }),
      );
      await page.getByRole('button', { name: /^Berlin, .*: show the rows$/ }).click();
      await drawer.getByText('the disk is gone').waitFor();
      await page.unroute('**/api/live/rows?*');
      await drawer.getByRole('button', { name: 'Try again' }).click();
      await drawer.locator('tbody tr').first().waitFor();
    }),
  );
}

export async function liveChanges(each, open, fixture) {
  await each('live: an order is on the page within a second, in place', () =>
    open(live, async (page) => {
      await shown(page);
      await page.evaluate(() => (window.kept = document.querySelector('[data-figure="revenue"] data')));
      const started = Date.now();
      fixture.commit((data) => data.order({ city: 'Reykjavík' }));
      await firstLine(page).getByText('Reykjavík').waitFor();
      const took = Date.now() - started;
      assert.ok(took < 1000, `it took ${took} ms`);
      assert.equal(await page.evaluate(() => window.kept.isConnected && window.kept.dataset.value), '8491.9');
    }),
  );

  await each('live: a hundred commits are a few redraws', () =>
    open(live, async (page) => {
      await shown(page);
      await page.evaluate(() => {
        window.drawn = 0;
        new MutationObserver(() => window.drawn++).observe(
          document.querySelector('[data-figure="revenue"] data'),
          {
            attributeFilter: ['data-value'],
          },
        );
      });
      const started = Date.now();
      for (let index = 0; index < 100; index++) {
        fixture.commit((data) => data.order());
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await hasValue(page, 'revenue', 18391.9);
      const most = Math.ceil((Date.now() - started) / 250) + 1;
      const drawn = await page.evaluate(() => window.drawn);
      assert.ok(drawn >= 2 && drawn <= most, `${drawn} redraws, ${most} at most`);
    }),
  );

  await each('live: held and let go', () =>
    open(live, async (page) => {
      await shown(page);
      await page.getByRole('button', { name: 'Pause' }).click();
      await stamp(page).getByText('Paused since 12:05:10').waitFor();
      await page.waitForTimeout(200);
      fixture.commit((data) => data.order());
      await page.waitForTimeout(500);
      assert.equal(await figure(page, 'revenue').getAttribute('data-value'), '8391.9');
      await looksRight(page, 'live-paused');
      await picture(page, 'live-paused', false);
      await page.getByRole('button', { name: 'Go on' }).click();
      await hasValue(page, 'revenue', 8491.9);
    }),
  );

  await each('live: by second, and asked at an interval; the address keeps both', () =>
    open(live, async (page) => {
      await shown(page);
      await page.getByRole('button', { name: 'Charts: By minute' }).click();
      await page.getByRole('radio', { name: 'By second' }).click();
      await page.waitForURL('**/live?by=second');
      const chart = panel(page, 'live_revenue').locator('.chart');
      await panel(page, 'live_revenue').getByText('€ per second, last minute').waitFor();
      await chart.focus();
      await page.keyboard.press('ArrowLeft');
      await chart.locator('.tip').getByText('12:05:10, not over').waitFor();
      await page.keyboard.press('Home');
      await chart.locator('.tip').getByText('12:04:11', { exact: true }).waitFor();
      await looksRight(page, 'live-seconds');
      await picture(page, 'live-seconds');
      await page.getByRole('button', { name: 'Refresh: As it happens' }).click();
      await page.getByRole('radio', { name: 'Every 5 s' }).click();
      await page.waitForURL('**/live?by=second&every=5');
      while (fixture.liveListeners > 0) await page.waitForTimeout(20);
      fixture.commit((data) => data.order());
      await hasValue(page, 'revenue', 8491.9);
      await page.reload();
      await page.getByRole('button', { name: 'Refresh: Every 5 s' }).waitFor();
      await hasValue(page, 'revenue', 8491.9);
      assert.equal(fixture.liveListeners, 0);
    }),
  );

  await each('live: a server that is gone turns the stamp red, and it comes back by itself', () =>
    open({ ...live, allow: /Failed to load|ERR_/ }, async (page) => {
      await shown(page);
      fixture.mode = 'down';
      fixture.cut();
      await stamp(page).getByText('No news since').waitFor({ timeout: 12_000 });
      await looksRight(page, 'live-stale');
      await picture(page, 'live-stale');
      fixture.mode = 'data';
      fixture.live.order();
      await hasValue(page, 'revenue', 8491.9);
      await stamp(page).getByText('Updated').waitFor();
    }),
  );

  await each('live: a server that says nothing for ten seconds turns the stamp red', () =>
    open(live, async (page) => {
      await shown(page);
      fixture.delayMs = 60_000;
      await stamp(page).getByText('No news since').waitFor({ timeout: 14_000 });
      fixture.delayMs = 0;
      fixture.commit((data) => data.order());
      await stamp(page).getByText('Updated').waitFor();
    }),
  );

  await each('live: two tabs share one stream, and a hidden one gives it on', () =>
    open(live, async (page) => {
      await shown(page);
      const other = await page.context().newPage();
      await other.goto(page.url());
      await shown(other);
      assert.equal(fixture.liveListeners, 1);
      fixture.commit((data) => data.order());
      await Promise.all([hasValue(page, 'revenue', 8491.9), hasValue(other, 'revenue', 8491.9)]);
      await page.evaluate(() => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
        document.dispatchEvent(new Event('visibilitychange'));
      });
      await page.waitForTimeout(300);
      assert.equal(fixture.liveListeners, 1);
      fixture.commit((data) => data.order());
      await hasValue(other, 'revenue', 8591.9);
      assert.equal(await figure(page, 'revenue').getAttribute('data-value'), '8491.9');
      await other.close();
    }),
  );
}
