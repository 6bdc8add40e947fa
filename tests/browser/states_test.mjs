// Every state of the page: sizes and themes, empty, failing, loading, stale, and the extremes of a shop.

import assert from 'node:assert/strict';
import { picture, SIZES } from './lib/browser.mjs';
import { looksRight, shifted } from './lib/look.mjs';
import { figure, panel, ready } from './lib/page.mjs';
import { LONG_NAME } from './lib/shop_data.mjs';

export async function sizesAndThemes(each, open) {
  for (const size of Object.keys(SIZES)) {
    for (const dark of [false, true]) {
      const name = `overview-${size}-${dark ? 'dark' : 'light'}`;
      await each(`${name}: nothing cut off, overlapping, faint or moving`, () =>
        open({ size, dark }, async (page) => {
          await ready(page);
          await looksRight(page, name);
          assert.ok((await shifted(page)) < 0.01, `the layout moved by ${await shifted(page)}`);
          await picture(page, name);
        }),
      );
    }
  }

  await each('the theme can be chosen and is kept', () =>
    open({}, async (page) => {
      const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
      await ready(page);
      assert.equal(await theme(), 'light');
      await page.keyboard.press('t');
      await page.keyboard.press('t');
      assert.equal(await theme(), 'dark');
      await page.reload();
      assert.equal(await theme(), 'dark');
      await page.getByRole('button', { name: 'Theme: dark' }).click();
      assert.equal(await theme(), 'light', 'the system’s theme again');
    }),
  );
}

export async function states(each, open, fixture) {
  await each('an empty shop leads to data and gives way to them without a reload', () => {
    fixture.mode = 'empty';
    return open({}, async (page) => {
      await page.getByText('No figures yet').waitFor();
      for (const command of ['souk demo', 'souk ingest orders.csv --as transactions', 'souk build']) {
        assert.equal(await page.getByText(command, { exact: true }).count(), 1, command);
      }
      await looksRight(page, 'first run');
      await picture(page, 'first-run');
      fixture.mode = 'data';
      fixture.build();
      await ready(page);
    });
  });

  await each('an empty shop on a phone', () => {
    fixture.mode = 'empty';
    return open({ size: 'phone' }, async (page) => {
      await page.getByText('No figures yet').waitFor();
      await looksRight(page, 'first run');
      await picture(page, 'first-run-phone');
    });
  });

  await each('a failing report says what failed and what to do, and can be tried again', () => {
    fixture.mode = 'error';
    return open({ allow: /500/ }, async (page) => {
      const trend = panel(page, 'sales_trend');
      await trend.getByText('the warehouse is locked by another process').waitFor();
      await trend.getByText('Stop the other process').first().waitFor();
      await looksRight(page, 'error');
      await picture(page, 'error');
      fixture.mode = 'data';
      await trend.getByRole('button', { name: 'Try again' }).click();
      await trend.locator('svg path.now').first().waitFor();
    });
  });

  await each('what may not be seen says so, and whom to ask', () => {
    fixture.mode = 'forbidden';
    return open({ allow: /403/ }, async (page) => {
      const trend = panel(page, 'sales_trend');
      await trend.getByText('You may not see this').waitFor();
      await trend.getByText('sales_trend shows customers; you may not').waitFor();
      await trend.getByText('Ask whoever runs this Souk').waitFor();
      await looksRight(page, 'forbidden');
      await picture(page, 'forbidden');
    });
  });

  await each('while the figures are on their way their places have the final size', () => {
    fixture.delayMs = 400;
    return open({}, async (page) => {
      const boxes = () =>
        page
          .locator('[data-panel]')
          .evaluateAll((all) =>
            all.slice(0, 3).map((each) => Math.round(each.getBoundingClientRect().height)),
          );
      await panel(page, 'sales_trend').locator('.skeleton').waitFor();
      const before = await boxes();
      await picture(page, 'loading');
      await ready(page);
      assert.deepEqual(await boxes(), before);
    });
  });

  await each('a server that is gone is said, and the page comes back by itself', () =>
    open({ allow: /Failed to load|ERR_/ }, async (page) => {
      await ready(page);
      fixture.mode = 'down';
      fixture.cut();
      await page.getByText('No connection, figures may be old').waitFor();
      const colour = (locator) =>
        locator.evaluate((each) => getComputedStyle(each.closest('.figure') ?? each).color);
      assert.equal(
        await colour(figure(page, 'revenue')),
        await colour(page.locator('h3').first()),
        'the figures are grey',
      );
      await looksRight(page, 'stale');
      await picture(page, 'stale');
      fixture.mode = 'data';
      fixture.data.traits.scale = 2;
      fixture.build();
      await figure(page, 'revenue').getByText('€2,787,').waitFor();
      await page.getByText('No connection').first().waitFor({ state: 'hidden' });
    }),
  );

  await each('a page opened while the server is gone says so', () => {
    fixture.mode = 'down';
    return open({ allow: /Failed to load|ERR_/ }, async (page) => {
      await page.getByText('Souk does not answer').waitFor();
      await picture(page, 'no-server', false);
      fixture.mode = 'data';
      await ready(page);
    });
  });

  await each('a service that is down is named with its error', () => {
    fixture.failed = 'broker';
    return open({}, async (page) => {
      await page.getByText('broker failed: port 9092 is taken by another program').waitFor();
      await page.getByText('6 of 7 services up').first().waitFor();
      await looksRight(page, 'service down');
    });
  });

  await each('a period without sales says so and offers all time', () =>
    open({ path: '/?from=2020-01-01&to=2020-01-14' }, async (page) => {
      await panel(page, 'sales_trend').getByText('There is nothing in 1 – 14 Jan 2020.').waitFor();
      await looksRight(page, 'nothing');
      await picture(page, 'nothing-in-period');
      await panel(page, 'sales_trend').getByRole('button', { name: 'Show all time' }).click();
      await ready(page);
      assert.equal(new URL(page.url()).search, '?period=all');
    }),
  );

  await each('an address without a page', () =>
    open({ path: '/nowhere' }, async (page) => {
      await page.getByText('There is no page here').waitFor();
      await page.getByRole('link', { name: 'Go to the Overview' }).click();
      await ready(page);
    }),
  );
}

export async function extremes(each, open, fixture) {
  const shops = {
    'ten-figure': { scale: 1500 },
    negative: { negative: true, scale: 40 },
    'without-visits': { visits: false, flat: true },
  };
  for (const [name, traits] of Object.entries(shops)) {
    for (const size of ['phone', 'tablet', 'desktop', 'large']) {
      await each(`${name}, ${size}: nothing is cut off`, () => {
        fixture.reset(traits);
        return open({ size }, async (page) => {
          await ready(page);
          await looksRight(page, name);
          assert.equal(await page.getByText(LONG_NAME).count(), 1);
          await picture(page, `${name}-${size}`);
        });
      });
    }
  }

  await each('a figure without room is compact and exact on hover', () => {
    fixture.reset({ scale: 1500 });
    return open({ size: 'tablet' }, async (page) => {
      await ready(page);
      await page.setViewportSize({ width: 320, height: 700 });
      await page.waitForFunction(
        () =>
          /M|bn/.test(document.querySelector('[data-figure="revenue"] data').textContent) ||
          document.querySelector('[data-figure="revenue"] data').offsetWidth < 260,
      );
      await looksRight(page, '320 px');
    });
  });

  await each('a gap stays a gap, and no visits are no conversion', () => {
    fixture.reset({ gap: true, visits: false });
    return open({ path: '/?period=90d' }, async (page) => {
      await ready(page);
      const path = await panel(page, 'sales_trend').locator('path.now').first().getAttribute('d');
      assert.equal(path.match(/M/g).length, 10);
      assert.equal(await figure(page, 'conversion_rate').innerText(), '–');
      await page.getByText('no visits recorded').first().waitFor();
      await picture(page, 'gaps');
    });
  });

  await each('the day that is not over is dashed and said', () =>
    open({}, async (page) => {
      await ready(page);
      await panel(page, 'sales_trend').locator('path.dashed').last().waitFor({ state: 'attached' });
      await page.getByText('today so far').first().waitFor();
    }),
  );
}
