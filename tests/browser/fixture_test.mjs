// The page before an invented shop.

import { visit } from './lib/browser.mjs';
import { Fixture } from './lib/fixture.mjs';
import { extremes, sizesAndThemes, states } from './states_test.mjs';
import { filterBar, liveUpdates, menusAndKeys } from './use_test.mjs';

// The moment the page believes it is, so that "40 s ago" and "today" stay what they are.
const NOW = '2026-11-21T11:05:10Z';

export async function fixtureTests(t, browser) {
  const fixture = await new Fixture().start();
  const open = (options, steps) => visit(browser, fixture.address, { now: NOW, ...options }, steps);
  const each = (name, steps) =>
    t.test(name, async () => {
      fixture.reset();
      await steps();
    });

  await sizesAndThemes(each, open);
  await states(each, open, fixture);
  await extremes(each, open, fixture);
  await filterBar(each, open, fixture);
  await menusAndKeys(each, open, fixture);
  await liveUpdates(each, open, fixture);
  await fixture.stop();
}
