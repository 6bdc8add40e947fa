// Where things are on the Overview page.

export const figure = (page, name) => page.locator(`[data-figure="${name}"] data`);
export const panel = (page, name) => page.locator(`[data-panel="${name}"]`);
export const ready = (page) => panel(page, 'top_products').locator('tbody tr').first().waitFor();
export const chips = (page) =>
  page
    .locator('.chip')
    .allInnerTexts()
    .then((all) => all.map((text) => text.trim()));
export const reports = (fixture, name) =>
  fixture.requests.filter((path) => path.startsWith(`/api/reports/${name}`));
