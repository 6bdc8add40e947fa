// Accessibility of every page by axe-core, light and dark, narrow and wide, with what opens over it.

import { accessible } from './lib/axe.mjs';
import { figure, panel } from './lib/page.mjs';

const PAGES = {
  '/': (page) => panel(page, 'top_products').locator('tbody tr').first().waitFor(),
  '/live': (page) => panel(page, 'live_products').locator('.label').first().waitFor(),
  '/sales': (page) => panel(page, 'discounts_and_returns').locator('tbody tr').first().waitFor(),
  '/pipeline': (page) => panel(page, 'services').locator('tbody tr').first().waitFor(),
  '/pipeline/topics': (page) => panel(page, 'topics').locator('tbody tr').first().waitFor(),
  '/pipeline/topics/ecommerce-transactions': (page) => page.locator('[data-message]').first().waitFor(),
  '/pipeline/lake/ecommerce/raw': (page) => panel(page, 'lake').locator('tbody tr').first().waitFor(),
  '/pipeline/quality': (page) => panel(page, 'data_quality').locator('tbody tr').first().waitFor(),
  '/pipeline/jobs': (page) => panel(page, 'jobs').locator('tbody tr').first().waitFor(),
  '/pipeline/builds': (page) => panel(page, 'build').locator('tbody tr').first().waitFor(),
};

export async function access(each, open, fixture) {
  for (const [path, shown] of Object.entries(PAGES)) {
    for (const size of ['phone', 'desktop']) {
      for (const dark of [false, true]) {
        const name = `${path}, ${size}, ${dark ? 'dark' : 'light'}`;
        await each(`axe-core finds nothing serious: ${name}`, () =>
          open({ path, size, dark }, async (page) => {
            await shown(page);
            await accessible(page, name);
          }),
        );
      }
    }
  }

  await each('axe-core finds nothing serious: menus, filters, rows, SQL', () =>
    open({ path: '/sales?weekday=2' }, async (page) => {
      await PAGES['/sales'](page);
      await page.getByRole('button', { name: 'More filters' }).click();
      await accessible(page, 'filters');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Payment methods: more' }).click();
      await accessible(page, 'menu');
      await page.getByRole('button', { name: 'Show the SQL' }).click();
      await page.locator('dialog pre').waitFor();
      await accessible(page, 'sql');
      await page.keyboard.press('Escape');
      await figure(page, 'returns').click();
      await page.locator('dialog tbody tr').first().waitFor();
      await accessible(page, 'rows');
    }),
  );

  await each('axe-core finds nothing serious: empty, failing', async () => {
    fixture.mode = 'empty';
    await open({}, async (page) => {
      await page.getByText('No figures yet').waitFor();
      await accessible(page, 'empty');
    });
    fixture.mode = 'error';
    await open({ path: '/sales', allow: /500/ }, async (page) => {
      await panel(page, 'payment_methods').getByText('Try again').waitFor();
      await accessible(page, 'failing');
    });
  });
}
