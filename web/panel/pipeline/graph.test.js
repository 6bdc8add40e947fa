import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draw } from './graph';

const node = (name, ...reads) => ({ name, kind: 'table', columns: 1, reads });

test('what reads stands right of what it reads', () => {
  const drawing = draw([
    node('raw_a'),
    node('raw_b'),
    node('stg_a', 'raw_a'),
    node('stg_b', 'raw_b'),
    node('fact', 'stg_a', 'stg_b', 'dim'),
    node('dim', 'stg_b'),
  ]);
  const column = Object.fromEntries(drawing.places.map((place) => [place.node.name, place.column]));
  assert.deepEqual(column, { raw_a: 0, raw_b: 0, stg_a: 1, stg_b: 1, dim: 2, fact: 3 });
  assert.equal(drawing.lines.length, 6);
  for (const { from, to } of drawing.lines) assert.ok(from.x < to.x);
  const seen = new Set(drawing.places.map((place) => `${place.x} ${place.y}`));
  assert.equal(seen.size, drawing.places.length, 'no two in one place');
});

test('nothing, and what reads something unknown', () => {
  assert.equal(draw([]).places.length, 0);
  assert.equal(draw([node('a', 'gone')]).lines.length, 0);
});
