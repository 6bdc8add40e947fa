import type { Range } from '../filter/period';
import { address } from './address.svelte';
import { readRows, withoutRows, withRows } from './rows_address';

/** Lists of the warehouse, which are reports, and what the stream has of a live figure. */
export type RowsReport = 'order_lines' | 'rfm_customers' | 'visits' | 'live';

/** Which rows somebody wants to see, and of what. */
export interface RowsWish {
  /** What they are behind of: "Returns, Fashion". */
  title: string;
  report?: RowsReport;
  /** Values in place of what the filter bar says, also of filters that only lists of rows have; of `live` what
      /api/live/rows is asked with, and `minutes`: so many back from now. */
  only?: Record<string, string[]>;
  /** Days in place of the chosen ones. */
  range?: Range | undefined;
}

/** The drawer with the rows behind a figure: at most one. The address holds it, so a link opens it. */
class Rows {
  readonly #text = $derived(new URLSearchParams(address.search).get('rows') ?? '');
  readonly wish = $derived(readRows(this.#text));

  show = (wish: RowsWish) => address.go(address.path + withRows(address.search, wish));
  close = () => address.go(address.path + withoutRows(address.search));
}

export const rows = new Rows();

// The lines that a figure is made of, as the filter `line` names them.
const SALE = ['sale'];
const SOLD = ['sold'];
const LINES: Record<string, string[]> = {
  revenue: SALE,
  share: SALE,
  units: SALE,
  net_sales: SALE,
  transactions: SOLD,
  orders: SOLD,
  customers: SOLD,
  gross_sales: SOLD,
  average_order_value: SOLD,
  average_transaction_value: SOLD,
  discounts: ['discounted'],
  discount_rate: ['discounted'],
  returns: ['returned'],
  return_rate: ['returned'],
  failed_payments: ['failed'],
  failed_payment_rate: ['failed'],
};

const VISITS = ['sessions', 'visitors', 'conversion_rate'];

/** Shows what a figure is made of; null of one of which there is no list. */
export function behind(
  figure: string,
  title: string,
  only: Record<string, string[]> = {},
  range?: Range,
): (() => void) | null {
  const line = LINES[figure];
  if (line) return () => rows.show({ title, only: { ...only, line }, range });
  if (VISITS.includes(figure)) return () => rows.show({ title, report: 'visits', only, range });
  return null;
}

/** Shows what a live figure is made of. */
export const showLive = (figure: string, title: string, only: Record<string, string> = {}) =>
  rows.show({
    title,
    report: 'live',
    only: Object.fromEntries(Object.entries({ figure, ...only }).map(([name, value]) => [name, [value]])),
  });
