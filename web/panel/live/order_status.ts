import { humane } from '../../format/format';
import type { OrderLine } from './document';

export interface OrderStatus {
  text: string;
  bad: boolean;
}

const because = (text: string, reason: string) =>
  reason ? `${text}: ${humane(reason).toLowerCase()}` : text;

/** How an order line stands, as a person would say it. */
export function orderStatus(line: OrderLine): OrderStatus {
  if (line.payment_status === 'failed')
    return { text: because('Payment failed', line.failure_reason), bad: true };
  if (line.status === 'cancelled') return { text: because('Cancelled', line.failure_reason), bad: true };
  if (line.status === 'returned' || line.quantity < 0)
    return { text: because('Returned', line.failure_reason), bad: false };
  if (line.payment_status === 'refunded') return { text: 'Refunded', bad: false };
  if (line.payment_status === 'pending') return { text: 'Payment pending', bad: false };
  return { text: humane(line.status), bad: false };
}

/** The lines as a list with keys of their own; the same version of a line told twice stands there once. */
export function withKeys(lines: readonly OrderLine[]): { key: string; line: OrderLine }[] {
  const found = new Map<string, OrderLine>();
  for (const line of lines) {
    const key = [line.transaction_id, line.updated_at, line.status, line.payment_status].join(' ');
    if (!found.has(key)) found.set(key, line);
  }
  return [...found].map(([key, line]) => ({ key, line }));
}
