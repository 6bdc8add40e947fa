// The page before an invented shop. What that answers is held against the schemas of what the program answers.

import assert from 'node:assert/strict';
import { access } from './access_test.mjs';
import { visit } from './lib/browser.mjs';
import { drillDown } from './drill_test.mjs';
import { Fixture, NOW } from './lib/fixture.mjs';
import { liveChanges, liveLooks, liveMenus, liveRows, liveStates } from './live_test.mjs';
import { pipelineLooks, pipelineStates, pipelineUse } from './pipeline_test.mjs';
import { salesLooks, salesStates, salesUse } from './sales_test.mjs';
import { extremes, sizesAndThemes, states } from './states_test.mjs';
import { filterBar, liveUpdates, menusAndKeys } from './use_test.mjs';

export async function fixtureTests(t, browser) {
  const fixture = await new Fixture().start();
  // The page believes it is then, so that "40 s ago" and "today" stay what they are.
  const open = (options, steps) => visit(browser, fixture.address, { now: NOW, ...options }, steps);
  const only = new RegExp(process.env.ONLY ?? '');
  const each = (name, steps) =>
    only.test(name) &&
    t.test(name, async () => {
      fixture.reset();
      await steps();
      assert.deepEqual(fixture.faults, []);
    });

  await sizesAndThemes(each, open);
  await states(each, open, fixture);
  await extremes(each, open, fixture);
  await filterBar(each, open, fixture);
  await menusAndKeys(each, open, fixture);
  await liveUpdates(each, open, fixture);
  await liveLooks(each, open, fixture);
  await liveStates(each, open, fixture);
  await liveMenus(each, open, fixture);
  await liveRows(each, open, fixture);
  await liveChanges(each, open, fixture);
  await salesLooks(each, open, fixture);
  await salesStates(each, open, fixture);
  await salesUse(each, open, fixture);
  await drillDown(each, open);
  await pipelineLooks(each, open);
  await pipelineStates(each, open, fixture);
  await pipelineUse(each, open, fixture);
  await access(each, open, fixture);
  await fixture.stop();
}
