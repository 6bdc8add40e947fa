import assert from 'node:assert/strict';
import test from 'node:test';
import { orderStatus, withKeys } from './order_status';

const line = (more) => ({
  transaction_id: 'T1',
  updated_at: '2026-11-22T11:00:00Z',
  status: 'completed',
  payment_status: 'paid',
  failure_reason: '',
  quantity: 1,
  ...more,
});

test('a status is words, with the reason where there is one', () => {
  assert.deepEqual(orderStatus(line({})), { text: 'Completed', bad: false });
  assert.deepEqual(orderStatus(line({ payment_status: 'failed', failure_reason: 'card_declined' })), {
    text: 'Payment failed: card declined',
    bad: true,
  });
  assert.deepEqual(orderStatus(line({ status: 'cancelled' })), { text: 'Cancelled', bad: true });
  assert.deepEqual(orderStatus(line({ quantity: -1 })), { text: 'Returned', bad: false });
  assert.equal(orderStatus(line({ payment_status: 'pending', status: 'pending' })).text, 'Payment pending');
});

test('one version of a line stands in the list once', () => {
  const lines = [line({}), line({}), line({ status: 'returned' })];
  assert.deepEqual(
    withKeys(lines).map((each) => each.line.status),
    ['completed', 'returned'],
  );
});
