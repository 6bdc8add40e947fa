// The lists of rows there are behind figures: what stands where in each.

import type { Dimension } from '../../api/types';
import type { Shown } from '../figure/ReportTable.svelte';

export interface List {
  noun: string;
  /** The column that tells rows apart, and the one that is written at the left. */
  key: string;
  head: string;
  columns: readonly Shown[];
  /** What the filter bar may say and the list does not answer to. */
  except: readonly Dimension[];
  /** It is of everything up to a day. */
  asOf?: boolean;
}

export const LISTS: Record<'order_lines' | 'rfm_customers' | 'visits', List> = {
  order_lines: {
    noun: 'line',
    key: 'transaction_id',
    head: 'name',
    except: [],
    columns: [
      { name: 'day' },
      { name: 'time' },
      { name: 'total_amount', form: 'exact' },
      { name: 'quantity' },
      { name: 'unit_price', form: 'exact' },
      { name: 'discount', form: 'exact' },
      { name: 'status' },
      { name: 'payment_method' },
      { name: 'payment_status' },
      { name: 'failure_reason' },
      { name: 'city' },
      { name: 'region' },
      { name: 'order_id' },
      { name: 'user_id' },
    ],
  },
  rfm_customers: {
    noun: 'customer',
    key: 'user_id',
    head: 'user_id',
    // As of a day nobody is new.
    except: ['customer'],
    asOf: true,
    columns: [
      { name: 'revenue', form: 'exact' },
      { name: 'orders' },
      { name: 'last_order_day' },
      { name: 'recency_days', wide: true },
      { name: 'segment' },
      { name: 'recency_score' },
      { name: 'frequency_score' },
      { name: 'monetary_score' },
    ],
  },
  visits: {
    noun: 'visit',
    key: 'session_key',
    head: 'outcome',
    except: ['payment_method', 'customer'],
    columns: [
      { name: 'day' },
      { name: 'time' },
      { name: 'events' },
      { name: 'seconds' },
      { name: 'device' },
      { name: 'source' },
      { name: 'region' },
      { name: 'segment' },
      { name: 'session_id' },
      { name: 'user_id' },
    ],
  },
};
