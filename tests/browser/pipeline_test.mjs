// The page Pipeline before the invented shop: its looks and states, and what can be done there.

import assert from 'node:assert/strict';
import { picture, SIZES } from './lib/browser.mjs';
import { looksRight, shifted } from './lib/look.mjs';
import { panel } from './lib/page.mjs';

const TOPIC = '/pipeline/topics/ecommerce-transactions';
const PAGES = {
  services: ['/pipeline', 'services'],
  topics: ['/pipeline/topics', 'topics'],
  topic: [TOPIC, 'messages'],
  group: ['/pipeline/groups/souk-stream', 'group'],
  lake: ['/pipeline/lake/ecommerce/raw', 'lake'],
  preview: ['/pipeline/lake/ecommerce/raw/users/2026?file=a-part-00000.csv', 'preview'],
  quality: ['/pipeline/quality', 'data_quality'],
  records: ['/pipeline/quality/dd1020bc', 'quarantined'],
  jobs: ['/pipeline/jobs', 'jobs'],
  job: ['/pipeline/jobs/2', 'job'],
  builds: ['/pipeline/builds', 'build'],
};
const shown = (page, name) =>
  panel(page, name)
    .locator('table, [data-messages], .cards, pre')
    .first()
    .waitFor();
const message = (page, place) => page.locator(`[data-message="${place}"]`);
const file = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

export async function pipelineLooks(each, open) {
  for (const [name, [path, first]] of Object.entries(PAGES)) {
    for (const size of ['phone', 'desktop']) {
      const dark = size === 'desktop' && ['services', 'topic', 'builds', 'quality'].includes(name);
      for (const night of dark ? [false, true] : [false]) {
        const title = `pipeline-${name}-${size}-${night ? 'dark' : 'light'}`;
        await each(`${title}: nothing cut off, overlapping, faint or moving`, () =>
          open({ path, size, dark: night }, async (page) => {
            await shown(page, first);
            await looksRight(page, title);
            assert.ok((await shifted(page)) < 0.02, `the layout moved by ${await shifted(page)}`);
            await picture(page, title);
          }),
        );
      }
    }
  }
  for (const size of Object.keys(SIZES)) {
    await each(`pipeline, a message open, ${size}`, () =>
      open({ path: `${TOPIC}?message=2:1039`, size, dark: size === 'large' }, async (page) => {
        await message(page, '2:1039').getByText('"amount": 12.50,').waitFor();
        await looksRight(page, `pipeline-message-${size}`);
        await picture(page, `pipeline-message-${size}`);
      }),
    );
  }
}

export async function pipelineStates(each, open, fixture) {
  await each('pipeline: one service down says why, and is started again when somebody says so', () => {
    fixture.failed = 'broker';
    return open({ path: '/pipeline' }, async (page) => {
      const row = page.locator('[data-service="broker"]');
      await row.getByText('failed', { exact: true }).waitFor();
      await row.getByText('port 9092 is taken').waitFor();
      await looksRight(page, 'pipeline-down');
      await picture(page, 'pipeline-down');
      await page.getByRole('button', { name: 'Restart broker' }).click();
      const dialog = page.getByRole('dialog', { name: 'Restart broker?' });
      await dialog.getByRole('button', { name: 'Leave it' }).click();
      assert.deepEqual(fixture.pipeline.restarted, [], 'nothing is done before it is confirmed');
      await page.getByRole('button', { name: 'Restart broker' }).click();
      await looksRight(page, 'pipeline-restart');
      await dialog.getByRole('button', { name: 'Restart broker' }).click();
      await dialog.waitFor({ state: 'hidden' });
      assert.deepEqual(fixture.pipeline.restarted, ['broker']);
    });
  });

  const empty = {
    '/pipeline/topics': 'There are no topics yet',
    [TOPIC]: 'There is no message here',
    '/pipeline/lake': 'The lake is empty',
    '/pipeline/quality': 'Nothing waits here',
    '/pipeline/jobs': 'Nothing has run yet',
    '/pipeline/builds': 'No build has been noted yet',
  };
  for (const [path, words] of Object.entries(empty)) {
    await each(`pipeline: ${path} with nothing in it`, () => {
      fixture.mode = 'empty';
      fixture.pipeline.empty = true;
      return open({ path, size: 'phone' }, async (page) => {
        await page.getByText(words).waitFor();
        await looksRight(page, `pipeline-empty ${path}`);
      });
    });
  }

  for (const [name, [path, first]] of Object.entries(PAGES)) {
    if (name === 'services') continue;
    await each(`pipeline: ${path} when the program fails, and after`, () => {
      fixture.mode = 'error';
      return open({ path, allow: /Failed to load/ }, async (page) => {
        await page.getByRole('alert').first().getByText('the disk is gone').or(page.getByText('locked by another')).first().waitFor();
        await looksRight(page, `pipeline-error ${path}`);
        fixture.mode = 'data';
        await page.getByRole('button', { name: 'Try again' }).first().click();
        await panel(page, first).waitFor();
      });
    });
  }

  await each('pipeline: no broker', () => {
    fixture.pipeline.noStream = true;
    return open({ path: '/pipeline/topics', allow: /Failed to load/ }, async (page) => {
      await panel(page, 'topics').getByText('start it with souk up').waitFor();
      await looksRight(page, 'pipeline-no-broker');
    });
  });

  await each('pipeline: figures that get old are kept and said to be old', () =>
    open({ path: '/pipeline/topics', allow: /Failed to load/ }, async (page) => {
      await shown(page, 'topics');
      fixture.pipeline.noStream = true;
      await panel(page, 'topics').getByText('What is shown may be old').waitFor();
      assert.equal(await page.locator('[data-topic]').count(), 3);
      fixture.pipeline.noStream = false;
      await panel(page, 'topics').getByText('What is shown may be old').waitFor({ state: 'hidden' });
    }),
  );
}

async function streamUse(each, open, fixture) {
  await each('topics: rate, size and lag in the list, and the way to a message', () =>
    open({ path: '/' }, async (page) => {
      await page.keyboard.press('g');
      await page.keyboard.press('p');
      await page.getByRole('link', { name: 'Topics' }).click();
      const row = page.locator('[data-topic="ecommerce-transactions"]');
      assert.deepEqual((await row.locator('td').allInnerTexts()).slice(0, 5), ['3', '120', '2.51', '64.8\u00a0kB', '12']);
      await row.getByRole('link', { name: 'ecommerce-transactions' }).click();
      await message(page, '2:1039').locator('.line').click();
      await message(page, '2:1039').getByText('"amount": 12.50,').waitFor();
      await message(page, '2:1039').getByText('header', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'Link to this message' }).click();
      assert.equal(new URL(page.url()).search, '?message=2:1039');
      await page.reload();
      await message(page, '2:1039').getByText('"n": 119,').waitFor();
      assert.equal(await page.locator('[data-message]').count(), 1);
    }),
  );

  await each('messages: from an offset, a partition, a filter that is kept; the address says it', () =>
    open({ path: TOPIC }, async (page) => {
      await page.locator('[data-message]').first().waitFor();
      assert.equal(await page.locator('[data-message]').count(), 50);
      await page.getByLabel('Show').selectOption('From offset');
      await page.getByLabel('Offset', { exact: true }).fill('1030');
      await page.locator('form').getByLabel('Partition').selectOption('1');
      await page.waitForURL('**?from=1030&partition=1');
      await message(page, '1:1030').waitFor();
      assert.equal(await page.locator('[data-message]').count(), 10);
      await page.getByLabel('Only where').fill('$.n < 100');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.querySelectorAll('[data-message]').length === 3);
      await page.getByText('3 messages that fit, of 120 records looked at').waitFor();
      await page.getByRole('button', { name: /^Saved/ }).click();
      await page.getByRole('button', { name: 'Keep “$.n < 100”' }).click();
      await page.goto(`${new URL(page.url()).origin}${TOPIC}`);
      await page.getByRole('button', { name: /^Saved/ }).click();
      await page.getByRole('button', { name: '$.n < 100', exact: true }).click();
      await page.waitForURL((url) => url.searchParams.get('filter') === '$.n < 100');
      await page.goBack();
      await page.waitForFunction(() => document.querySelectorAll('[data-message]').length === 50);
    }),
  );

  await each('messages: a filter that is none says what one looks like', () =>
    open({ path: `${TOPIC}?filter=quantity`, allow: /Failed to load/ }, async (page) => {
      await panel(page, 'messages').getByText('write for example $.quantity >= 2').waitFor();
    }),
  );

  await each('messages: what is written is seen within a second while following', () =>
    open({ path: TOPIC }, async (page) => {
      await page.locator('[data-message]').first().waitFor();
      await page.getByRole('button', { name: 'Follow' }).click();
      await page.getByText('following, 0 new messages').waitFor();
      await page.getByRole('button', { name: 'Write a message' }).click();
      await page.getByLabel('Key, may be empty').fill('U7');
      await page.getByLabel('Partition').last().selectOption('2');
      await page.getByLabel('Value').fill('{"n": 777}');
      await page.getByLabel('Headers, one in a line').fill('source: by hand\nempty');
      await looksRight(page, 'pipeline-write');
      await picture(page, 'pipeline-write', false);
      const sent = Date.now();
      await page.getByRole('button', { name: 'Write', exact: true }).click();
      await message(page, '2:1040').getByText('{"n": 777}').waitFor({ state: 'attached' });
      const took = Date.now() - sent;
      assert.ok(took < 1000, `it took ${took} ms`);
      await page.getByText('Written to partition 2 as offset 1040.').waitFor();
      assert.deepEqual(fixture.pipeline.messages.at(-1).headers.map(({ name, value }) => [name, value?.text]), [
        ['source', 'by hand'],
        ['empty', undefined],
      ]);
      await page.keyboard.press('Escape');
      await page.getByText('following, 1 new message').waitFor();
      await page.getByRole('button', { name: 'Stop following' }).click();
      fixture.requests.length = 0;
      await page.waitForTimeout(1000);
      assert.ok(fixture.requests.every((path) => !path.includes('/messages')), 'stopped is stopped');
    }),
  );
}

async function lakeUse(each, open, fixture) {
  await each('lake: down to a file, its rows, its download, and back', () =>
    open({ path: '/pipeline/lake' }, async (page) => {
      for (const name of ['ecommerce', 'raw', 'users', '2026'])
        await panel(page, 'lake').getByRole('link', { name, exact: true }).click();
      await page.getByRole('link', { name: 'a-part-00000.csv', exact: true }).click();
      await page.waitForURL('**/pipeline/lake/ecommerce/raw/users/2026?file=a-part-00000.csv');
      await panel(page, 'preview').getByText('The first 50 rows.').waitFor();
      await panel(page, 'preview').getByText('a_column_with_a_long_name').waitFor();
      const link = panel(page, 'preview').getByRole('link', { name: 'Download' });
      assert.equal(await link.getAttribute('href'), '/api/lake/file?path=ecommerce%2Fraw%2Fusers%2F2026%2Fa-part-00000.csv');
      await page.getByRole('button', { name: 'Close the preview' }).click();
      await panel(page, 'preview').waitFor({ state: 'hidden' });
      await page.getByRole('navigation', { name: 'Parts' }).getByRole('link', { name: 'Lake' }).click();
      await panel(page, 'lake').getByText('4 files, 18.3').waitFor();
    }),
  );

  await each('quality: replayed from quarantine, by a job', () =>
    open({ path: '/pipeline/quality' }, async (page) => {
      await panel(page, 'quarantine').getByText('1,200 ×').waitFor();
      await page.getByRole('button', { name: 'Read again' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Read again' }).click();
      await dialog.getByText('took 1,200 records, 3 stay in quarantine').waitFor();
      await looksRight(page, 'pipeline-replay');
      await page.keyboard.press('Escape');
      await panel(page, 'quarantine').getByText('Nothing waits here').waitFor();
      assert.deepEqual(fixture.pipeline.jobs[0].args, ['replay', 'dd1020bc']);
    }),
  );

  await each('builds: what each model did, and the build that failed', () =>
    open({ path: '/pipeline/builds' }, async (page) => {
      await page.locator('[data-model="stg_users"] .note').getByText('12,345 rows, 0').waitFor();
      await page.locator('[data-model="stg_products"] .note').getByText('up to date').waitFor();
      assert.equal(await page.locator('[data-model^="report"]').count(), 0);
      const row = page.locator('[data-step="stg_clickstream"] td');
      assert.deepEqual((await row.allInnerTexts()).slice(2, 4), ['49,380', '1.2\u00a0s']);
      await page.getByRole('link', { name: 'Build 2' }).click();
      await page.getByText('Failed: unique(user_id) on dim_users, 2 rows').waitFor();
      await page.locator('[data-model="dim_users"].failed').waitFor();
      await looksRight(page, 'pipeline-build-failed');
    }),
  );
}

async function drop(page, name, text) {
  const data = await page.evaluateHandle(
    ([called, content]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], called, { type: 'text/csv' }));
      return transfer;
    },
    [name, text],
  );
  return (selector) => page.dispatchEvent(selector, 'drop', { dataTransfer: data });
}

async function fileUse(each, open, fixture) {
  await each('a file dropped on the page is sent, looked at, and taken', () =>
    open({ path: '/pipeline/topics' }, async (page) => {
      await shown(page, 'topics');
      const text = `order_id,amount\n${Array.from({ length: 20 }, (_, index) => `O${index},9.50`).join('\n')}\n`;
      const onto = await drop(page, 'orders.csv', text);
      await onto('main');
      const section = page.locator('[data-file="orders.csv"]');
      await section.getByText('would take 2 records of 1 file').waitFor();
      const [upload] = fixture.pipeline.uploads.values();
      assert.equal(upload.content, text, 'every piece came, in order');
      await looksRight(page, 'pipeline-file');
      await picture(page, 'pipeline-file', false);
      await section.getByRole('button', { name: 'Take it into the lake' }).click();
      await section.getByText('took 2 records of 1 file').waitFor();
      await section.getByText('The figures follow with the next build').waitFor();
    }),
  );

  await each('a file that does not fit says so as the command line does; another record helps', () =>
    open({ path: '/pipeline', size: 'phone' }, async (page) => {
      await page.getByRole('button', { name: 'Add files' }).click();
      await page.locator('input[type=file]').setInputFiles(file('people.csv', 'customer,city\nAda,Oslo\n'));
      const section = page.locator('[data-file="people.csv"]');
      await section.getByText('name one with --map order_id=COLUMN').waitFor();
      assert.ok(await section.getByRole('button', { name: 'Take it into the lake' }).isDisabled());
      await looksRight(page, 'pipeline-file-wrong');
      await picture(page, 'pipeline-file-wrong', false);
      await section.getByLabel('as').selectOption('users');
      await section.getByText('would take 2 records').waitFor();
      await section.getByRole('button', { name: 'Leave people.csv' }).click();
      await section.waitFor({ state: 'hidden' });
      await page.waitForTimeout(200);
      assert.equal(fixture.pipeline.uploads.size, 0, 'what is not wanted is removed');
    }),
  );

  await each('the first-run page takes a file', () => {
    fixture.mode = 'empty';
    return open({ path: '/' }, async (page) => {
      await page.locator('[data-drop]').waitFor();
      const onto = await drop(page, 'orders.csv', 'order_id,amount\nO1,1\n');
      await onto('[data-drop]');
      await page.getByText('would take 2 records of 1 file').waitFor();
      await looksRight(page, 'first-run-file');
      await picture(page, 'first-run-file');
    });
  });
}

export async function pipelineUse(each, open, fixture) {
  await streamUse(each, open, fixture);
  await lakeUse(each, open, fixture);
  await fileUse(each, open, fixture);
}
