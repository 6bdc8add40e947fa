// What a person would notice on the page, measured: text that is cut off or lies over other text, text
// that is hard to read. The functions named …InPage run inside the page, where textRects is one of them.

/* global textRects */
import assert from 'node:assert/strict';

function textRectsInPage() {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || !parent.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true }))
      continue;
    if (parent.closest('.unseen, noscript, script, option')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      if (rect.width > 0 && rect.height > 0) found.push({ parent, text: node.data.trim(), rect });
    }
  }
  return found;
}

function cutOffInPage() {
  const found = [];
  const view = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > view)
    found.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  for (const { parent, text, rect } of textRects()) {
    // What scrolls by itself may be wider than it shows.
    if (parent.closest('[data-scrolls]')) continue;
    if (rect.left < -1 || rect.right > view + 1) found.push(`“${text}” leaves the window`);
    for (let box = parent; box && box !== document.body; box = box.parentElement) {
      const frame = box.matches('[data-panel], nav, dialog, [popover], .pill, .chip, .chart, .card');
      if (!frame && getComputedStyle(box).overflowX === 'visible') continue;
      const edge = box.getBoundingClientRect();
      if (rect.left < edge.left - 1 || rect.right > edge.right + 1) {
        found.push(`“${text}” leaves its ${box.className || box.tagName}`);
        break;
      }
      if (box.matches('dialog, [popover]')) break;
    }
  }
  return [...new Set(found)];
}

function overlapsInPage() {
  const charts = textRects().filter(({ parent }) => parent.closest('svg'));
  const found = [];
  charts.forEach((one, index) => {
    for (const other of charts.slice(index + 1)) {
      if (one.parent.ownerSVGElement !== other.parent.ownerSVGElement || one.parent === other.parent)
        continue;
      const [a, b] = [one.rect, other.rect];
      const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 2 || b.bottom <= a.top + 2;
      if (!apart) found.push(`“${one.text}” lies over “${other.text}”`);
    }
  });
  return found;
}

function faintInPage() {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const channel = (value) =>
    value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (element) => {
    for (let box = element; box; box = box.parentElement) {
      const colour = numbers(getComputedStyle(box).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  for (const { parent, text } of textRects()) {
    const style = getComputedStyle(parent);
    const ink = light(numbers(parent.closest('svg') ? style.fill : style.color));
    const ground = light(behind(parent));
    const contrast = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    if (contrast < 4.5) found.add(`“${text}” has a contrast of ${contrast.toFixed(2)}`);
  }
  return [...found];
}

const within = (measure) => `(() => { const textRects = ${textRectsInPage}; return (${measure})(); })()`;

export async function looksRight(page, where) {
  for (const [what, measure] of [
    ['cut off', cutOffInPage],
    ['overlapping', overlapsInPage],
    ['faint', faintInPage],
  ]) {
    assert.deepEqual(await page.evaluate(within(measure)), [], `${where}: ${what}`);
  }
}

export const shifted = (page) => page.evaluate(() => window.shifted);
