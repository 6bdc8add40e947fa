import type { Range } from '../filter/period';

/** Which rows somebody wants to see, and of what. */
export interface RowsWish {
  /** What they are behind of: "Returns, Fashion". */
  title: string;
  report?: 'order_lines' | 'rfm_customers';
  /** Values in place of what the filter bar says, also of filters that only lists of rows have. */
  only?: Record<string, string[]>;
  /** Days in place of the chosen ones. */
  range?: Range | undefined;
}

/** The drawer with the rows behind a figure: at most one. */
class Rows {
  wish = $state.raw<RowsWish | null>(null);

  show = (wish: RowsWish) => (this.wish = wish);
  close = () => (this.wish = null);
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

/** The lines behind a figure, or null of one that is not made of order lines. */
export const linesOf = (figure: string): string[] | null => LINES[figure] ?? null;
