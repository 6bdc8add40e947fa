// The page in use: filters, menus, keys, explanations, copying, and what a build changes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { accessible } from './lib/axe.mjs';
import { picture } from './lib/browser.mjs';
import { looksRight } from './lib/look.mjs';
import { figure, panel, ready, chips, reports } from './lib/page.mjs';

export async function filterBar(each, open, fixture) {
  await each('a click on a bar filters, the chip takes it back, the address keeps it', () =>
    open({}, async (page) => {
      await ready(page);
      const whole = await figure(page, 'revenue').getAttribute('data-value');
      await page.getByRole('button', { name: /^Fashion:/ }).click();
      await page.waitForFunction(
        (before) => document.querySelector('[data-figure="revenue"] data').dataset.value !== before,
        whole,
      );
      assert.equal(new URL(page.url()).search, '?category=Fashion');
      assert.deepEqual(await chips(page), ['Category Fashion']);
      assert.ok(reports(fixture, 'sales_overview').at(-1).includes('category=Fashion'));
      assert.ok(
        reports(fixture, 'revenue_by_category').every((path) => !path.includes('Fashion')),
        'the panel keeps all its bars',
      );
      const part = await figure(page, 'revenue').getAttribute('data-value');
      await picture(page, 'filtered');
      await page.reload();
      await ready(page);
      assert.equal(await figure(page, 'revenue').getAttribute('data-value'), part);
      await page.getByRole('button', { name: 'Remove Category: Fashion' }).click();
      await page.waitForFunction(
        (value) => document.querySelector('[data-figure="revenue"] data').dataset.value === value,
        whole,
      );
      await page.goBack();
      await page.waitForFunction(
        (value) => document.querySelector('[data-figure="revenue"] data').dataset.value === value,
        part,
      );
    }),
  );

  await each('the filters work by keyboard alone', () =>
    open({}, async (page) => {
      await ready(page);
      await page.keyboard.press('/');
      await page.keyboard.press('Enter');
      await page.getByRole('radio', { name: 'Last 28 days' }).waitFor();
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/?period=7d');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByRole('checkbox', { name: 'Europe' }).waitFor();
      await page.keyboard.press('Space');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Space');
      await page.waitForURL('**/?period=7d&region=Europe&region=Asia');
      await looksRight(page, 'open filter');
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.activeElement.textContent.startsWith('Region'));
      assert.deepEqual(await chips(page), ['Region Europe', 'Region Asia']);
    }),
  );

  await calendar(each, open, fixture);

  await each('without comparison nothing is compared', () =>
    open({ path: '/?compare=none' }, async (page) => {
      await ready(page);
      assert.equal(await page.locator('.movement').count(), 0);
      assert.equal(await page.locator('path.previous').count(), 0);
      assert.ok(fixture.requests.every((path) => !path.includes('compare=')));
    }),
  );

  await each('on a phone all dimensions are in one sheet', () =>
    open({ size: 'phone', path: '/?category=Fashion&region=Asia' }, async (page) => {
      await ready(page);
      await page.getByRole('button', { name: 'Filters' }).click();
      await page.getByRole('checkbox', { name: 'Credit card' }).check();
      await page.waitForURL('**/?region=Asia&category=Fashion&payment_method=credit_card');
      await looksRight(page, 'sheet');
      await picture(page, 'filters-phone', false);
    }),
  );

  await each('a question that is overtaken is given up', () => {
    fixture.delayMs = 600;
    return open({}, async (page) => {
      await ready(page);
      const given = [];
      page.on('requestfailed', (request) => given.push(request.failure().errorText));
      for (const name of ['Fashion', 'Toys', 'Books'])
        await page.getByRole('button', { name: new RegExp(`^${name}:`) }).click();
      const wanted = fixture.data.report(
        'sales_overview',
        new URLSearchParams('category=Fashion&category=Toys&category=Books'),
      );
      await page.waitForFunction(
        (value) => document.querySelector('[data-figure="revenue"] data').dataset.value === value,
        String(wanted.rows[0][0]),
      );
      assert.ok(given.length > 0 && given.every((each) => each === 'net::ERR_ABORTED'), given.join());
    });
  });
}

async function calendar(each, open, fixture) {
  const day = (page, date) => page.locator(`[data-day="${date}"]`);

  await each('a range of days is chosen in the calendar', () =>
    open({}, async (page) => {
      await ready(page);
      await page.locator('[data-filter]').click();
      await page.getByText('November 2026').waitFor();
      await day(page, '2026-11-21').waitFor();
      assert.ok(await day(page, '2026-11-22').isDisabled(), 'nothing is known of the day after the last one');
      await looksRight(page, 'calendar');
      await accessible(page, 'calendar');
      await picture(page, 'period', false);
      for (let i = 0; i < 8; i++) await page.getByRole('button', { name: 'Previous month' }).click();
      await page.getByText('March 2026').waitFor();
      // The ends in any order.
      await day(page, '2026-03-31').click();
      await page.getByText('31 Mar 2026 – choose the other end').waitFor();
      await day(page, '2026-03-10').hover();
      assert.equal(await page.locator('[role="gridcell"][aria-selected="true"]').count(), 22);
      await picture(page, 'calendar-range', false);
      await day(page, '2026-03-01').click();
      await page.waitForURL('**/?from=2026-03-01&to=2026-03-31');
      await page.getByText('1 – 31 Mar').first().waitFor();
      await page.getByText('today so far').first().waitFor({ state: 'hidden' });
    }),
  );

  await each('the calendar works by keyboard alone', () =>
    open({ path: '/?from=2026-11-09&to=2026-11-11' }, async (page) => {
      await ready(page);
      await page.keyboard.press('/');
      await page.keyboard.press('Enter');
      await day(page, '2026-11-11').focus();
      assert.equal(await page.locator('[data-day][tabindex="0"]').count(), 1, 'one stop');
      await page.keyboard.press('PageUp');
      await page.getByText('October 2026').waitFor();
      await page.keyboard.press('Home');
      await page.keyboard.press('Enter');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Escape');
      await page.getByText('Choose the first day').waitFor();
      await page.keyboard.press('Enter');
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/?from=2026-10-13&to=2026-10-18');
      await page.waitForFunction(() => document.activeElement.matches('[data-filter]'));
    }),
  );

  await each('days without sales are dimmed, and said', () => {
    fixture.reset({ gap: true });
    return open({ size: 'phone', dark: true }, async (page) => {
      await ready(page);
      await page.locator('[data-filter]').click();
      await day(page, '2026-11-08').and(page.getByLabel('Sun 8 Nov 2026, no sales')).waitFor();
      await page.getByLabel('Sat 7 Nov 2026', { exact: true }).waitFor();
      await looksRight(page, 'calendar on a phone');
      await day(page, '2026-11-08').scrollIntoViewIfNeeded();
      await picture(page, 'calendar-phone', false);
    });
  });
}

export async function menusAndKeys(each, open, fixture) {
  await each('CSV, PNG and SQL of a panel', () =>
    open({ path: '/?region=North+America' }, async (page) => {
      await ready(page);
      const menu = async (item) => {
        await page.getByRole('button', { name: 'Revenue: more' }).click();
        await page.getByRole('button', { name: item }).click();
      };
      let download = page.waitForEvent('download');
      await menu('Download CSV');
      let saved = await download;
      assert.equal(saved.suggestedFilename(), 'sales_trend_2026-10-25_2026-11-21.csv');
      const lines = readFileSync(await saved.path(), 'utf8')
        .trim()
        .split('\n');
      const report = fixture.data.report('sales_trend', new URLSearchParams('region=North America'));
      assert.equal(lines[0], report.columns.map((column) => column.name).join(','));
      assert.deepEqual(
        lines.slice(1),
        report.rows.map((row) => row.join(',')),
      );
      download = page.waitForEvent('download');
      await menu('Download PNG');
      saved = await download;
      assert.deepEqual([...readFileSync(await saved.path()).subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
      await menu('Show the SQL');
      await page
        .getByText("souk report sales_trend --from 2026-10-25 --to 2026-11-21 --region 'North America'")
        .waitFor();
      assert.ok(
        await page
          .locator('dialog pre')
          .innerText()
          .then((text) => text.startsWith('select day')),
      );
      await looksRight(page, 'sql');
      await picture(page, 'sql', false);
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
    }),
  );

  await each('the keys are shown, and go where they say', () =>
    open({ path: '/nowhere' }, async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
      await looksRight(page, 'keys');
      await page.keyboard.press('Escape');
      await page.keyboard.press('g');
      await page.keyboard.press('o');
      await ready(page);
      assert.equal(new URL(page.url()).pathname, '/');
    }),
  );

  await each('labels explain their figures to mouse and keyboard', () =>
    open({}, async (page) => {
      await ready(page);
      const tip = page.locator('#tip');
      await page.locator('[data-figure="revenue"] .term').hover();
      await tip.getByText('What customers paid').waitFor();
      await tip.getByText('Gross sales').first().waitFor();
      await looksRight(page, 'explained');
      await picture(page, 'explained', false);
      await page.mouse.move(0, 0);
      await tip.waitFor({ state: 'hidden' });
      await page.locator('[data-figure="revenue"] .term').focus();
      // Past the figure, which shows its rows.
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await tip.getByText('Order lines that were sold.').waitFor();
    }),
  );

  await each('single days are read with the mouse and the arrow keys', () =>
    open({}, async (page) => {
      await ready(page);
      const report = fixture.data.report('sales_trend', new URLSearchParams());
      const chart = panel(page, 'sales_trend').locator('.chart');
      const exact = (row) => `€${row[1].toLocaleString('en-GB', { minimumFractionDigits: 2 })}`;
      await chart.hover({ position: { x: 300, y: 100 } });
      await chart.locator('.tip').getByText('Share of the period').waitFor();
      await looksRight(page, 'chart');
      await picture(page, 'day', false);
      await page.mouse.move(0, 0);
      await chart.focus();
      await page.keyboard.press('ArrowLeft');
      await chart
        .locator('.tip')
        .getByText(exact(report.rows.at(-1)))
        .waitFor();
      assert.match(await chart.locator('.tip').innerText(), /not over/);
      await page.keyboard.press('Home');
      await chart.locator('.tip').getByText(exact(report.rows[0])).waitFor();
    }),
  );

  await each('figures copy as plain numbers', () =>
    open({}, async (page) => {
      await ready(page);
      const copied = await page.evaluate(() => {
        const target = document.querySelector('[data-figure="revenue"] data');
        getSelection().selectAllChildren(target);
        const event = new ClipboardEvent('copy', {
          clipboardData: new DataTransfer(),
          bubbles: true,
          cancelable: true,
        });
        target.dispatchEvent(event);
        return [event.clipboardData.getData('text/plain'), target.dataset.value];
      });
      assert.equal(copied[0], copied[1]);
      assert.match(copied[0], /^\d+\.\d+$/);
    }),
  );
}

export async function liveUpdates(each, open, fixture) {
  await each('after a build the figures change in place', () =>
    open({}, async (page) => {
      await ready(page);
      await page.evaluate(() => {
        window.kept = document.querySelector('[data-figure="revenue"] data');
        window.blank = 0;
        new MutationObserver(() => (window.blank += document.querySelectorAll('.skeleton').length)).observe(
          document.body,
          { childList: true, subtree: true },
        );
      });
      fixture.build((data) => (data.traits.scale = 3));
      const wanted = String(fixture.data.report('sales_overview', new URLSearchParams()).rows[0][0]);
      await page.waitForFunction(
        (value) => window.kept.isConnected && window.kept.dataset.value === value,
        wanted,
      );
      assert.equal(await page.evaluate(() => window.blank), 0, 'no place was emptied');
    }),
  );

  await each('tabs share one connection for builds, and a hidden one gives it on', () =>
    open({}, async (page) => {
      await ready(page);
      const other = await page.context().newPage();
      await other.goto(page.url());
      await ready(other);
      const until = async (count) => {
        while (fixture.changeListeners !== count) await page.waitForTimeout(20);
      };
      await until(1);
      fixture.build((data) => (data.traits.scale = 3));
      const shows = (tab) => {
        const wanted = String(fixture.data.report('sales_overview', new URLSearchParams()).rows[0][0]);
        return tab.waitForFunction(
          (value) => document.querySelector('[data-figure="revenue"] data').dataset.value === value,
          wanted,
        );
      };
      await Promise.all([shows(page), shows(other)]);
      await page.evaluate(() => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
        document.dispatchEvent(new Event('visibilitychange'));
      });
      // What is built while the connection changes hands is not missed either.
      fixture.build((data) => (data.traits.scale = 4));
      await shows(other);
      await until(1);
      await other.close();
    }),
  );

  await each('a hidden tab asks nothing and catches up when it is seen again', () =>
    open({}, async (page) => {
      await ready(page);
      const hide = (hidden) =>
        page.evaluate((value) => {
          Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
          document.dispatchEvent(new Event('visibilitychange'));
        }, hidden);
      await hide(true);
      await page.waitForTimeout(100);
      fixture.requests = [];
      fixture.build((data) => (data.traits.scale = 5));
      await page.waitForTimeout(300);
      assert.deepEqual(fixture.requests, []);
      await hide(false);
      const wanted = String(fixture.data.report('sales_overview', new URLSearchParams()).rows[0][0]);
      await page.waitForFunction(
        (value) => document.querySelector('[data-figure="revenue"] data').dataset.value === value,
        wanted,
      );
    }),
  );

  await each('one visit asks for each thing once', () =>
    open({}, async (page) => {
      await ready(page);
      await page.waitForTimeout(300);
      assert.deepEqual([...fixture.requests].sort(), [...new Set(fixture.requests)].sort());
      assert.equal(fixture.requests.length, 8, fixture.requests.join('\n'));
    }),
  );
}
