// Where things are on the pages, and when they are there.

export const figure = (page, name) => page.locator(`[data-figure="${name}"] data`);
export const panel = (page, name) => page.locator(`[data-panel="${name}"]`);
export const ready = (page) => panel(page, 'top_products').locator('tbody tr').first().waitFor();
/** Every panel shows what was asked last. */
export const settled = (page) => page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
export const chips = (page) =>
  page
    .locator('.chip')
    .allInnerTexts()
    .then((all) => all.map((text) => text.trim()));
export const reports = (fixture, name) =>
  fixture.requests.filter((path) => path.startsWith(`/api/reports/${name}`));
