// The browser of the page's benchmarks.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../tests/browser/package.json', import.meta.url));
const { chromium } = require('playwright-core');

/** Chromium without what it shows of itself: a new window loads the list under its address bar, a page of half a
 * second's work, beside the page that is measured. A person's window has it already. */
export const launch = () =>
  chromium.launch({
    executablePath: ['/usr/bin/chromium', process.env.CHROMIUM].find((path) => path && existsSync(path)),
    args: ['--no-sandbox', '--disable-gpu', '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup'],
  });
