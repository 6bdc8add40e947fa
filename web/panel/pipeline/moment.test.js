import assert from 'node:assert/strict';
import { test } from 'node:test';
import { momentIn } from './moment';

test('a moment in the shop’s time zone and back', () => {
  const berlin = momentIn('Europe/Berlin');
  assert.equal(berlin.local('2026-07-01T10:00:00Z'), '2026-07-01T12:00:00');
  assert.equal(berlin.iso('2026-07-01T12:00'), '2026-07-01T10:00:00Z');
  assert.equal(berlin.iso('2026-01-01T00:30:15'), '2025-12-31T23:30:15Z');
  assert.equal(momentIn('America/New_York').iso('2026-03-08T04:00'), '2026-03-08T08:00:00Z');
  assert.equal(momentIn('UTC').iso('2026-03-08T04:00:01'), '2026-03-08T04:00:01Z');
  assert.equal(berlin.iso(''), '');
  assert.equal(berlin.local('soon'), '');
});
