// What the program answers under /api, and what can be asked of it.
export type * from '../generated/answers';

/** What the filter bar offers. */
export type Offered = 'region' | 'category' | 'payment_method' | 'device' | 'source' | 'segment';

/** What can be chosen: also what is chosen by a click in a panel only. */
export type Dimension = Offered | 'product' | 'weekday' | 'hour' | 'customer';
