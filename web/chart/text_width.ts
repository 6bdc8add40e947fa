let canvas: CanvasRenderingContext2D | null | undefined;

/** How wide a label of a chart will be, before it is drawn. */
export function textWidth(text: string): number {
  canvas ??= document.createElement('canvas').getContext('2d');
  if (!canvas) return text.length * 8;
  canvas.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return canvas.measureText(text).width;
}
