// The page Pipeline before the real program: what is written is seen, what is dropped is taken.

import assert from 'node:assert/strict';
import { picture, visit } from './lib/browser.mjs';
import { looksRight } from './lib/look.mjs';
import { panel } from './lib/page.mjs';

const TOPIC = '/pipeline/topics/ecommerce-transactions';
const HEAD = 'transaction_id,order_id,user_id,product_id,quantity,unit_price,total_amount,transaction_timestamp';

export async function pipelineProgramTests(t, browser, program) {
  const open = (options, steps) => visit(browser, program.address, options, steps);

  await t.test('pipeline: every route of the API is described', async () => {
    const document = await (await fetch(`${program.address}/api/openapi.json`)).json();
    assert.equal(document.openapi, '3.1.0');
    for (const path of ['/api/topics/{topic}/messages', '/api/lake/preview', '/api/uploads/{id}', '/api/status'])
      assert.ok(document.paths[path], path);
    const page = await fetch(`${program.address}/pipeline/topics/a.b`);
    assert.match(page.headers.get('content-security-policy'), /default-src 'self'/);
    const wrong = await fetch(`${program.address}/api/lake/preview?path=../control.sqlite`);
    assert.equal(wrong.status, 400);
    assert.equal(wrong.headers.get('content-type'), 'application/problem+json');
  });

  await t.test('pipeline: a message that another program writes is seen within a second', () =>
    open({ path: `${TOPIC}?filter=${encodeURIComponent('$.city == Pipetown')}` }, async (page) => {
      await page.getByRole('button', { name: 'Follow' }).click();
      await page.getByText('following, 0 new messages').waitFor();
      const seen = page.locator('[data-message]').first().waitFor();
      await program.produce('ecommerce-transactions', { transaction_id: 'T-pipe', city: 'Pipetown' });
      const sent = Date.now();
      await seen;
      const took = Date.now() - sent;
      t.diagnostic(`seen ${took} ms after it was acknowledged and souk produce had ended`);
      assert.ok(took < 1000, `it took ${took} ms`);
    }),
  );

  await t.test('pipeline: a message written on the page is in the topic, with key and headers', () =>
    open({ path: '/pipeline/topics/ecommerce-quarantine' }, async (page) => {
      await page.getByRole('button', { name: 'Write a message' }).click();
      await page.getByLabel('Key, may be empty').fill('by hand');
      await page.getByLabel('Value').fill('{"source": "page"}');
      await page.getByLabel('Headers, one in a line').fill('who: Ada');
      await page.getByRole('button', { name: 'Write', exact: true }).click();
      await page.getByText(/Written to partition 0 as offset \d+/).waitFor();
      const record = (await program.topic('ecommerce-quarantine')).at(-1);
      assert.equal(record.key, 'by hand');
      assert.deepEqual(record.value, { source: 'page' });
      assert.deepEqual(record.headers, [{ name: 'who', value: 'Ada' }]);
      await page.getByRole('link', { name: 'Show it' }).click();
      await page.locator('[data-message] pre').getByText('"source": "page"').waitFor();
    }),
  );

  await t.test('pipeline: a service is restarted', () =>
    open({ path: '/pipeline' }, async (page) => {
      const row = page.locator('[data-service="lake"]');
      const before = (await (await fetch(`${program.address}/api/status`)).json()).services;
      await page.getByRole('button', { name: 'Restart lake' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Restart lake' }).click();
      await row.getByText(/^\s*[0-9]\ss\s*$|under 1\ss/).waitFor();
      await row.getByText('running').waitFor();
      const after = (await (await fetch(`${program.address}/api/status`)).json()).services;
      const since = (all, name) => all.find((service) => service.name === name).since;
      assert.notEqual(since(after, 'lake'), since(before, 'lake'));
      assert.equal(since(after, 'stream'), since(before, 'stream'));
    }),
  );

  await t.test('pipeline: from the lake’s root to the first rows of a Parquet file', () =>
    open({ path: '/pipeline/lake' }, async (page) => {
      for (const name of ['ecommerce', 'clean', 'stg_users'])
        await panel(page, 'lake').getByRole('link', { name, exact: true }).click();
      await panel(page, 'lake').getByRole('link', { name: /\.parquet$/ }).first().click();
      await panel(page, 'preview').getByText('user_id', { exact: false }).first().waitFor();
      await panel(page, 'preview').getByText('Parquet').waitFor();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        panel(page, 'preview').getByRole('link', { name: /Download/ }).click(),
      ]);
      assert.match(download.suggestedFilename(), /\.parquet$/);
    }),
  );

  await t.test('pipeline: a file that is dropped is taken, and the bad line waits in quarantine', () =>
    open({ path: '/pipeline/quality' }, async (page) => {
      const time = '2026-11-20T10:00:00Z';
      const good = Array.from({ length: 20 }, (_, i) => `TX${i},OX${i},U1,P1,1,9.5,9.5,${time}`);
      const text = [HEAD, ...good, `TX20,OX20,U1,P1,many,9.5,9.5,${time}`, ''].join('\n');
      await page.getByRole('button', { name: 'Add files' }).click();
      await page
        .locator('input[type=file]')
        .setInputFiles({ name: 'old shop.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
      const section = page.locator('[data-file="old shop.csv"]');
      await section.getByText('columns are named as the field').waitFor();
      await section.getByRole('button', { name: 'Take it into the lake' }).click();
      await section.getByText('took 20 records of 1 file, 1 in quarantine').waitFor();
      await page.keyboard.press('Escape');
      await panel(page, 'quarantine').getByText("1 × quantity: 'many' is not a number").waitFor({ timeout: 30_000 });
      await panel(page, 'quarantine').getByRole('link', { name: 'old shop.csv' }).click();
      await panel(page, 'quarantined').getByText('TX20,OX20,U1,P1,many').waitFor();
    }),
  );

  await t.test('pipeline: the build that follows is in the history', () =>
    open({ path: '/pipeline/builds' }, async (page) => {
      await page.locator('[data-step="stg_transactions"]').getByText('new input').waitFor({ timeout: 60_000 });
      await page.locator('[data-model="fact_transactions"].ran').waitFor();
    }),
  );

  for (const [path, name] of [
    ['/pipeline', 'services'],
    [TOPIC, 'messages'],
    ['/pipeline/builds', 'build'],
  ]) {
    for (const size of ['phone', 'desktop']) {
      await t.test(`pipeline-demo-${name}-${size}: nothing cut off, overlapping or faint`, () =>
        open({ path, size, dark: size === 'desktop' }, async (page) => {
          await panel(page, name).locator('table, [data-message]').first().waitFor();
          await looksRight(page, `pipeline-demo-${name}-${size}`);
          await picture(page, `pipeline-demo-${name}-${size}`);
        }),
      );
    }
  }
}
