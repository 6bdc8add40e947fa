// Draws a chart's SVG on a canvas, shape by shape. The usual way, the SVG as an image source, would need a
// data: or blob: address, and the content security policy allows pictures from this server only.

const SCALE = 2;

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

function write(canvas: CanvasRenderingContext2D, element: SVGElement, style: CSSStyleDeclaration) {
  const anchor = element.getAttribute('text-anchor');
  canvas.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  canvas.textAlign = anchor === 'middle' ? 'center' : anchor === 'end' ? 'right' : 'left';
  canvas.fillStyle = style.fill;
  canvas.fillText(element.textContent ?? '', number(element, 'x'), number(element, 'y'));
}

function draw(canvas: CanvasRenderingContext2D, element: SVGElement) {
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

/** The chart as a picture at twice its size, with a title above, or null where there is no canvas. */
export async function png(svg: SVGSVGElement, title: string): Promise<Blob | null> {
  const margin = 16;
  const head = 32;
  const canvas = document.createElement('canvas');
  const width = svg.clientWidth + 2 * margin;
  const height = svg.clientHeight + 2 * margin + head;
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  const context = canvas.getContext('2d');
  if (!context) return null;
  const root = getComputedStyle(document.documentElement);
  context.scale(SCALE, SCALE);
  context.fillStyle = root.getPropertyValue('--panel');
  context.fillRect(0, 0, width, height);
  context.fillStyle = root.getPropertyValue('--ink');
  context.font = `600 14px ${root.getPropertyValue('--font')}`;
  context.fillText(title, margin, margin + 14);
  context.translate(margin, margin + head);
  for (const element of svg.children) if (element instanceof SVGElement) draw(context, element);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}
