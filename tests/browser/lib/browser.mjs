// One chromium for all tests, and pages that remember everything that must not happen: errors in the
// console, exceptions, requests that leave the server under test.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const PICTURES =
  process.env.SCREENSHOTS ?? fileURLToPath(new URL('../../../build/screenshots', import.meta.url));
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

export const SIZES = { phone: [360, 740], tablet: [768, 1024], desktop: [1440, 900], large: [2560, 1440] };

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });

// Runs in every page before its own scripts: sums up how far things moved without anybody asking for it.
function watchShifts() {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
}

/**
 * Opens `path` of `address`, runs `steps(page)` and fails on whatever the page should not have done.
 * allow: console messages that the test causes itself. now: the moment the page believes it is.
 * others: addresses of other servers that the page may ask.
 */
export async function visit(
  browser,
  address,
  { path = '/', size = 'desktop', dark = false, now, allow = /^$/, others = [] },
  steps,
) {
  const [width, height] = SIZES[size];
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    hasTouch: size === 'phone',
    acceptDownloads: true,
  });
  const faults = [];
  const page = await context.newPage();
  page.on('console', (message) => {
    const text = message.text();
    if (['error', 'warning'].includes(message.type()) && !allow.test(text)) faults.push(`console: ${text}`);
  });
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (![address, 'blob:', ...others].some((start) => url.startsWith(start))) faults.push(`foreign request: ${url}`);
  });
  await page.addInitScript(watchShifts);
  if (now) await page.clock.setFixedTime(now);
  try {
    await page.goto(address + path);
    await steps(page);
    if (faults.length > 0) throw new Error(faults.join('\n'));
  } finally {
    await context.close();
  }
}

export async function picture(page, name, fullPage = true) {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage });
}
