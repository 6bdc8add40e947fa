// Puts an open popover beside what it belongs to, inside the window, without a style attribute in any
// HTML text (the content security policy refuses those).

const GAP = 6;
const EDGE = 8;

const clamp = (value: number, low: number, high: number) =>
  Math.max(low, Math.min(value, Math.max(low, high)));

export interface Place {
  align?: 'start' | 'centre' | 'end';
  /** Below the anchor unless there is more room above. */
  prefer?: 'below' | 'above';
}

export function place(
  floating: HTMLElement,
  anchor: Element,
  { align = 'start', prefer = 'below' }: Place = {},
) {
  const box = anchor.getBoundingClientRect();
  const width = floating.offsetWidth;
  const height = floating.offsetHeight;
  const view = document.documentElement.clientWidth;
  const wished = { start: box.left, centre: box.left + box.width / 2 - width / 2, end: box.right - width }[
    align
  ];
  const below = innerHeight - box.bottom - GAP - EDGE;
  const above = box.top - GAP - EDGE;
  const wanted = prefer === 'below' ? below : above;
  const other = prefer === 'below' ? above : below;
  const flip = height > wanted && other > wanted;
  const under = (prefer === 'below') !== flip;
  const top = under ? box.bottom + GAP : box.top - GAP - height;
  floating.style.left = `${Math.round(clamp(wished, EDGE, view - width - EDGE) + scrollX)}px`;
  floating.style.top = `${Math.round(Math.max(top, EDGE) + scrollY)}px`;
  floating.dataset.placed = '';
}
