// Browser tests. `node run.mjs` tests the built page (web/dist) before an invented shop, and before the
// real program when SOUK (default build/souk) is there. Pictures go to SCREENSHOTS (default
// build/screenshots).

import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fixtureTests } from './fixture_test.mjs';
import { launch } from './lib/browser.mjs';
import { programTests } from './program_test.mjs';
import { trackTests } from './track_test.mjs';

const SOUK = process.env.SOUK ?? fileURLToPath(new URL('../../build/souk', import.meta.url));
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test('the page before an invented shop', (t) => fixtureTests(t, browser));

const skip = !existsSync(SOUK) && `there is no ${SOUK}; build it or set SOUK`;

test('the page before the program', { skip }, (t) => programTests(t, browser, SOUK));

test('the tag on the pages of a shop', { skip }, (t) => trackTests(t, browser, SOUK));
