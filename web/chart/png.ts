// Draws a part of the page on a canvas: boxes, words and the shapes of charts, as they stand there. The usual
// way, the part as an image source, would need a data: or blob: address, and the content security policy
// allows pictures from this server only.

const SCALE = 2;
const MARGIN = 16;
const HEAD = 48;

type Shape = (element: SVGElement) => Path2D;

const number = (element: SVGElement, name: string) => Number(element.getAttribute(name) ?? 0);

const shapes: Record<string, Shape> = {
  path: (element) => new Path2D(element.getAttribute('d') ?? ''),
  line: (element) => {
    const path = new Path2D();
    path.moveTo(number(element, 'x1'), number(element, 'y1'));
    path.lineTo(number(element, 'x2'), number(element, 'y2'));
    return path;
  },
  circle: (element) => {
    const path = new Path2D();
    path.arc(number(element, 'cx'), number(element, 'cy'), number(element, 'r'), 0, 2 * Math.PI);
    return path;
  },
};

const fontOf = (style: CSSStyleDeclaration) => `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;

function write(canvas: CanvasRenderingContext2D, element: SVGElement, style: CSSStyleDeclaration) {
  const anchor = element.getAttribute('text-anchor');
  canvas.font = fontOf(style);
  canvas.textAlign = anchor === 'middle' ? 'center' : anchor === 'end' ? 'right' : 'left';
  canvas.fillStyle = style.fill;
  canvas.fillText(element.textContent ?? '', number(element, 'x'), number(element, 'y'));
}

function drawShape(canvas: CanvasRenderingContext2D, element: SVGElement) {
  const style = getComputedStyle(element);
  if (element.tagName === 'text') return write(canvas, element, style);
  const path = shapes[element.tagName]?.(element);
  if (!path) return;
  if (style.fill !== 'none') {
    canvas.fillStyle = style.fill;
    canvas.fill(path);
  }
  if (style.stroke === 'none') return;
  canvas.strokeStyle = style.stroke;
  canvas.lineWidth = parseFloat(style.strokeWidth) || 1;
  canvas.lineJoin = 'round';
  canvas.lineCap = 'round';
  canvas.setLineDash(
    style.strokeDasharray === 'none' ? [] : style.strokeDasharray.split(/[ ,]+/).map(parseFloat),
  );
  canvas.stroke(path);
}

function drawSvg(canvas: CanvasRenderingContext2D, svg: SVGSVGElement) {
  const box = svg.getBoundingClientRect();
  const view = svg.viewBox.baseVal;
  canvas.save();
  canvas.translate(box.left, box.top);
  if (view && view.width > 0 && view.height > 0) canvas.scale(box.width / view.width, box.height / view.height);
  for (const element of svg.children) if (element instanceof SVGElement) drawShape(canvas, element);
  canvas.restore();
}

function drawBox(canvas: CanvasRenderingContext2D, element: Element, style: CSSStyleDeclaration) {
  const box = element.getBoundingClientRect();
  if (box.width === 0 || box.height === 0) return;
  if (style.backgroundColor !== 'rgba(0, 0, 0, 0)') {
    canvas.fillStyle = style.backgroundColor;
    canvas.beginPath();
    canvas.roundRect(box.left, box.top, box.width, box.height, parseFloat(style.borderTopLeftRadius) || 0);
    canvas.fill();
  }
  if (parseFloat(style.borderTopWidth) > 0 && style.borderTopStyle === 'solid') {
    canvas.fillStyle = style.borderTopColor;
    canvas.fillRect(box.left, box.top, box.width, parseFloat(style.borderTopWidth));
  }
}

/** Word by word, because the lines into which a text is broken are known to the page alone. */
function drawText(canvas: CanvasRenderingContext2D, node: Text, style: CSSStyleDeclaration) {
  canvas.font = fontOf(style);
  canvas.fillStyle = style.color;
  canvas.textAlign = 'left';
  canvas.textBaseline = 'middle';
  const range = document.createRange();
  for (const word of node.data.matchAll(/[^ \n\t]+/g)) {
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    const box = range.getBoundingClientRect();
    if (box.width > 0) canvas.fillText(word[0], box.left, box.top + box.height / 2);
  }
  canvas.textBaseline = 'alphabetic';
}

function draw(canvas: CanvasRenderingContext2D, element: Element) {
  if (element instanceof SVGSVGElement) return drawSvg(canvas, element);
  const style = getComputedStyle(element);
  if (element.matches('.unseen, [popover], [data-screen-only]') || style.visibility === 'hidden') return;
  drawBox(canvas, element, style);
  for (const child of element.childNodes) {
    if (child instanceof Element) draw(canvas, child);
    else if (child instanceof Text && child.data.trim()) drawText(canvas, child, style);
  }
}

/**
 * A part of the page as a picture at twice its size, with a title and a note above; null where there is no
 * canvas.
 */
export async function png(part: Element, title: string, note: string): Promise<Blob | null> {
  const box = part.getBoundingClientRect();
  const canvas = document.createElement('canvas');
  const root = getComputedStyle(document.documentElement);
  const font = root.getPropertyValue('--font');
  const measure = canvas.getContext('2d');
  if (!measure) return null;
  measure.font = `600 14px ${font}`;
  const width = Math.max(box.width, measure.measureText(title).width) + 2 * MARGIN;
  const height = box.height + 2 * MARGIN + HEAD;
  canvas.width = Math.round(width * SCALE);
  canvas.height = Math.round(height * SCALE);
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.scale(SCALE, SCALE);
  context.fillStyle = root.getPropertyValue('--panel');
  context.fillRect(0, 0, width, height);
  context.fillStyle = root.getPropertyValue('--ink');
  context.font = `600 14px ${font}`;
  context.fillText(title, MARGIN, MARGIN + 14);
  context.fillStyle = root.getPropertyValue('--soft');
  context.font = `12px ${font}`;
  context.fillText(note, MARGIN, MARGIN + 32);
  context.translate(MARGIN - box.left, MARGIN + HEAD - box.top);
  draw(context, part);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}
