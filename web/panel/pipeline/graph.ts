// Where the models stand in the drawing of the graph: a column for each step from the raw records, within a
// column in the order of what they read, so that few lines cross.

import type { ModelNode } from '../../api/types';

export interface Place {
  node: ModelNode;
  column: number;
  x: number;
  y: number;
}

export interface Drawing {
  places: Place[];
  lines: { from: Place; to: Place; path: string }[];
  width: number;
  height: number;
}

export const BOX = { width: 172, height: 44, gapX: 32, gapY: 12 };

function depths(nodes: readonly ModelNode[]): Map<string, number> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const found = new Map<string, number>();
  const depth = (name: string): number => {
    const known = found.get(name);
    if (known !== undefined) return known;
    found.set(name, 0); // a circle, which models cannot have, would end here
    const reads = byName.get(name)?.reads.filter((each) => byName.has(each)) ?? [];
    const value = reads.length ? 1 + Math.max(...reads.map(depth)) : 0;
    found.set(name, value);
    return value;
  };
  for (const node of nodes) depth(node.name);
  return found;
}

export function draw(nodes: readonly ModelNode[]): Drawing {
  const column = depths(nodes);
  const columns: ModelNode[][] = [];
  for (const node of nodes) (columns[column.get(node.name) ?? 0] ??= []).push(node);
  const rank = new Map<string, number>();
  const mean = (node: ModelNode) => {
    const ranks = node.reads.flatMap((each) => rank.get(each) ?? []);
    return ranks.length ? ranks.reduce((sum, each) => sum + each, 0) / ranks.length : 0;
  };
  const tallest = Math.max(0, ...columns.map((each) => each.length));
  const step = BOX.height + BOX.gapY;
  const places = columns.flatMap((each, at) => {
    const ordered = at === 0 ? each : [...each].sort((a, b) => mean(a) - mean(b));
    const top = ((tallest - ordered.length) * step) / 2;
    return ordered.map((node, index): Place => {
      rank.set(node.name, (index + 0.5) / ordered.length);
      return { node, column: at, x: at * (BOX.width + BOX.gapX), y: top + index * step };
    });
  });
  const byName = new Map(places.map((place) => [place.node.name, place]));
  const lines = places.flatMap((to) =>
    to.node.reads.flatMap((name) => {
      const from = byName.get(name);
      return from ? [{ from, to, path: line(from, to) }] : [];
    }),
  );
  const width = columns.length * (BOX.width + BOX.gapX) - BOX.gapX;
  return { places, lines, width, height: tallest * step - BOX.gapY };
}

function line(from: Place, to: Place): string {
  const [x1, y1] = [from.x + BOX.width, from.y + BOX.height / 2];
  const [x2, y2] = [to.x, to.y + BOX.height / 2];
  const bend = BOX.gapX * 0.6;
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
