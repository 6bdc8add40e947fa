// Figures copy as plain numbers: what is written "€1,284,310.50" arrives in a spreadsheet as 1284310.5.

const holder = (node: Node | null) =>
  (node instanceof Element ? node : node?.parentElement)?.closest<HTMLElement>('[data-value]') ?? null;

function tableText(part: DocumentFragment): string {
  const rows = [...part.querySelectorAll('tr')];
  return rows
    .map((row) => [...row.cells].map((cell) => cell.textContent?.trim() ?? '').join('\t'))
    .join('\n');
}

export function copyPlain(event: ClipboardEvent) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0 || !event.clipboardData) return;
  const range = selection.getRangeAt(0);
  const single = holder(range.startContainer);
  let text = '';
  if (single && single === holder(range.endContainer)) {
    text = single.dataset.value ?? '';
  } else {
    const part = range.cloneContents();
    for (const cell of part.querySelectorAll<HTMLElement>('[data-value]'))
      cell.textContent = cell.dataset.value ?? '';
    text = tableText(part);
  }
  if (!text) return;
  event.clipboardData.setData('text/plain', text);
  event.preventDefault();
}
