// The reports of the page Sales over the invented shop: the shapes of models/reports, invented figures that add
// up to those of sales_overview.

const column = (name, label, type, definition, unit = '') => ({ name, label, type, unit, definition });
const money = (name, label, definition) => column(name, label, 'money', definition, 'EUR');

export const SALES_COLUMNS = {
  discount_rate: column('discount_rate', 'Discount rate', 'percent', 'Discounts divided by gross sales.'),
  return_rate: column('return_rate', 'Return rate', 'percent', 'Returns divided by gross sales.'),
  kind: column('kind', 'Kind', 'text', 'New: the first order is in the period.'),
  customers: column('customers', 'Customers', 'count', 'Customers with at least one line sold.'),
  orders_per_customer: column('orders_per_customer', 'Orders per customer', 'number', 'Orders divided by customers.'),
  rank: column('rank', 'Rank', 'number', 'The place by revenue.'),
  views: column('views', 'Views', 'count', 'Visits in which it was viewed.'),
  previous_rank: column('previous_rank', 'Rank before', 'number', 'The place before.'),
  rank_change: column('rank_change', 'Change of rank', 'number', 'Places won or lost.'),
  payment_method: column('payment_method', 'Payment method', 'text', 'How it was paid.'),
  weekday: column('weekday', 'Weekday number', 'number', '1 = Monday.'),
  day_name: column('day_name', 'Weekday', 'text', 'The weekday.'),
  hour: column('hour', 'Hour', 'number', '0 to 23.'),
  average_revenue: money('average_revenue', 'Revenue per customer', 'On average.'),
  segment: column('segment', 'Segment', 'text', 'By recency, frequency and revenue.'),
  customer_share: column('customer_share', 'Share of customers', 'percent', 'The part of all customers.'),
  average_recency_days: column('average_recency_days', 'Days since last order', 'number', 'On average.'),
  average_orders: column('average_orders', 'Orders per customer', 'number', 'On average.'),
  session_key: column('session_key', 'Visit key', 'text', 'The visit’s key.'),
  session_id: column('session_id', 'Visit', 'text', 'The id that the page gave it.'),
  outcome: column('outcome', 'Outcome', 'text', 'How far the visitor came.'),
  events: column('events', 'Events', 'count', 'What was recorded of it.'),
  seconds: column('seconds', 'Seconds', 'count', 'From its first event to its last.'),
  device: column('device', 'Device', 'text', 'The device that was used.'),
  source: column('source', 'Source', 'text', 'Where the visitor came from.'),
  time: column('time', 'Time', 'text', 'On the shop’s clock.'),
  order_id: column('order_id', 'Order', 'text', 'The order’s id.'),
  transaction_id: column('transaction_id', 'Line', 'text', 'The line’s id.'),
  user_id: column('user_id', 'Customer', 'text', 'The customer’s id.'),
  quantity: column('quantity', 'Quantity', 'count', 'Pieces.'),
  unit_price: money('unit_price', 'Unit price', 'Of one piece.'),
  discount: money('discount', 'Discount', 'Taken off the line.'),
  total_amount: money('total_amount', 'Total', 'What was paid for the line.'),
  status: column('status', 'Status', 'text', 'What became of it.'),
  payment_status: column('payment_status', 'Payment', 'text', 'What became of the payment.'),
  failure_reason: column('failure_reason', 'Reason', 'text', 'Why it failed.'),
  city: column('city', 'City', 'text', 'Of the delivery.'),
  last_order_day: column('last_order_day', 'Last order', 'date', 'Its day.'),
  recency_days: column('recency_days', 'Days since last order', 'count', 'Days.'),
  recency_score: column('recency_score', 'Recency score', 'number', '1 to 5.'),
  frequency_score: column('frequency_score', 'Frequency score', 'number', '1 to 5.'),
  monetary_score: column('monetary_score', 'Monetary score', 'number', '1 to 5.'),
};

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const SEGMENTS = ['Champions', 'Loyal', 'Potential loyalist', 'New', 'Promising', 'Need attention', 'About to sleep',
  'At risk', 'Cannot lose', 'Hibernating', 'Lost'];
const SEGMENT_SHARES = [0.39, 0.36, 0.05, 0.01, 0.005, 0.02, 0.015, 0.08, 0.03, 0.03, 0.01];
export const KINDS = [['New', 0.13], ['Returning', 0.755], ['Guest', 0.115]];
const METHODS = ['credit_card', 'paypal', 'debit_card', 'wallet', 'bank_transfer', 'gift_card', 'cash_on_delivery'];
const LINES = 250;

const cents = (value) => Math.round(value) / 100;
const keep = (query, key, rows) => {
  const chosen = query.getAll(key);
  return chosen.length ? rows.filter((row) => chosen.includes(String(row[0]))) : rows;
};

/** How busy an hour of the week is, all of them 1. */
const busy = (weekday, hour) => {
  const weight = (day, at) => (at < 7 ? 0.2 : 1 + Math.sin((at - 7) / 5) + (day > 5 ? 0.5 : 0) + (at === 20 ? 1.5 : 0));
  let all = 0;
  for (let day = 1; day <= 7; day++) for (let at = 0; at < 24; at++) all += weight(day, at);
  return weight(weekday, hour) / all;
};

export const salesRows = (data, { products, categories, longName, addDays }) => ({
  new_vs_returning: {
    title: 'New and returning customers',
    columns: ['kind', 'customers', 'orders', 'revenue', 'share', 'average_order_value', 'orders_per_customer'],
    make: (from, to, query) => {
      const total = data.sum(from, to, data.part(query, 'customer'));
      return keep(query, 'customer', KINDS.map(([kind, part]) => {
        const sign = data.traits.negative && kind === 'Guest' ? -1 : 1;
        const orders = Math.round(total.orders * part);
        const customers = kind === 'Guest' ? null : Math.round(orders * 0.8);
        const revenue = Math.round(total.revenue * part) * sign;
        return [kind, customers, orders, cents(revenue), part * sign, orders ? cents(revenue / orders) : null, customers && orders / customers];
      }));
    },
  },
  product_leaderboard: {
    title: 'Product leaderboard',
    columns: ['rank', 'product_id', 'name', 'category', 'revenue', 'share', 'units', 'orders', 'returns', 'views',
      'conversion_rate', 'previous_rank', 'rank_change'],
    make: (from, to, query) => {
      const total = data.sum(from, to, data.part(query, 'product'));
      return products.map(([name, category], index) => {
        const part = 0.0375 / (index + 1);
        const units = Math.round(total.units * part);
        const before = index === 5 ? null : ((index * 5) % 12) + 1;
        return [index + 1, `P${1000 + index}`, name, category, cents(total.revenue * part), part, units,
          Math.round(units * 0.8), cents(total.revenue * part * 0.04), null, null, before,
          before === null ? null : before - index - 1];
      }).slice(0, Number(query.get('limit') ?? 50));
    },
  },
  payment_methods: {
    title: 'Payment methods',
    columns: ['payment_method', 'revenue', 'share', 'transactions', 'orders', 'average_order_value', 'failed_payments',
      'failed_payment_rate'],
    make: (from, to, query) => {
      const total = data.sum(from, to, data.part(query, 'payment_method'));
      return keep(query, 'payment_method', METHODS.map((method, index) => {
        const part = 0.4 / 1.6 ** index;
        const orders = Math.round(total.orders * part);
        return [method, cents(total.revenue * part), part, Math.round(total.transactions * part), orders,
          orders ? cents((total.revenue * part) / orders) : null, Math.round(orders * 0.04), 0.04 / (index + 1)];
      }));
    },
  },
  hourly_pattern: {
    title: 'Hours of the week',
    columns: ['weekday', 'day_name', 'hour', 'revenue', 'transactions', 'orders', 'average_revenue'],
    make: (from, to, query) => {
      const total = data.sum(from, to, data.part(query));
      return DAYS.flatMap((name, day) =>
        Array.from({ length: 24 }, (_, hour) => {
          const part = busy(day + 1, hour);
          const sign = data.traits.negative && hour === 4 ? -1 : 1;
          const revenue = cents(total.revenue * part) * sign;
          return [day + 1, name, hour, revenue, Math.round(total.transactions * part), Math.round(total.orders * part), cents(revenue * 25)];
        }),
      );
    },
  },
  customer_segments: {
    title: 'Customer segments',
    columns: ['segment', 'customers', 'customer_share', 'revenue', 'share', 'average_recency_days', 'average_orders',
      'average_revenue'],
    make: (from, to, query) => {
      const total = data.sum(data.firstDay, to, data.part(query));
      return SEGMENTS.map((segment, index) => {
        const customers = Math.round((total.orders * (13 - index)) / 400);
        const revenue = cents(total.revenue * SEGMENT_SHARES[index]);
        return [segment, customers, (13 - index) / 88, revenue, SEGMENT_SHARES[index], 6.09 * (index + 1), 12 / (index + 1),
          customers ? cents((revenue * 100) / customers) : null];
      });
    },
  },
  rfm_customers: {
    title: 'Customers by segment',
    columns: ['user_id', 'segment', 'last_order_day', 'recency_days', 'orders', 'revenue', 'recency_score',
      'frequency_score', 'monetary_score'],
    make: (from, to, query) => {
      const wanted = query.getAll('rfm_segment');
      return Array.from({ length: LINES }, (_, index) => [`U${70000 + index}`, SEGMENTS[index % 11], addDays(to, -index),
        index, 40 - (index % 30), cents(900_00 * data.traits.scale - index * 100), 5, 4, 3])
        .filter((row) => wanted.length === 0 || wanted.includes(row[1]))
        .slice(0, Number(query.get('limit') ?? 100));
    },
  },
  discounts_and_returns: {
    title: 'Discounts and returns',
    columns: ['category', 'gross_sales', 'discounts', 'discount_rate', 'returns', 'return_rate', 'net_sales'],
    make: (from, to, query) =>
      keep(query, 'category', categories.map(([category, part], index) => {
        const gross = data.sum(from, to, data.part(query, 'category') * part).revenue;
        const [off, back] = [0.015 + index * 0.001, 0.11 / (index + 1)];
        return [category, cents(gross), cents(gross * off), off, cents(gross * back), back, cents(gross * (1 - off - back))];
      })),
  },
  visits: {
    title: 'Visits',
    columns: ['session_key', 'day', 'time', 'session_id', 'user_id', 'outcome', 'events', 'seconds', 'device', 'source',
      'region', 'segment'],
    make: (from, to, query) =>
      Array.from({ length: LINES }, (_, index) => [`V${index}`, addDays(to, -Math.floor(index / 40)),
        `${String(23 - (index % 24)).padStart(2, '0')}:04:31`, `s-${index}`, index % 3 ? null : `U${70000 + index}`,
        ['bought', 'put something in the cart', 'looked at a product', 'came'][index % 4], 1 + (index % 9), index * 3,
        'mobile', 'organic', 'Europe', null]).slice(0, Number(query.get('limit') ?? 100)),
  },
  order_lines: {
    title: 'Order lines',
    columns: ['day', 'time', 'order_id', 'transaction_id', 'user_id', 'product_id', 'name', 'category', 'quantity',
      'unit_price', 'discount', 'total_amount', 'status', 'payment_method', 'payment_status', 'failure_reason', 'city',
      'region'],
    make: (from, to, query) => {
      const line = query.getAll('line');
      if (line.includes('cancelled')) return [];
      const back = line.includes('returned') ? -1 : 1;
      const chosen = query.getAll('product');
      return Array.from({ length: LINES }, (_, index) => {
        const [name, category] = chosen.length ? products[Number(chosen[0].slice(1)) - 1000] : products[index % 12];
        const price = cents((2935 + index * 17) * data.traits.scale);
        return [addDays(to, -Math.floor(index / 40)), `${String(23 - (index % 24)).padStart(2, '0')}:04:31`, `O${9000 + index}`,
          `T${9000 + index}`, index % 7 ? `U${70000 + index}` : null, `P${1000 + (index % 12)}`, index === 0 && !chosen.length ? longName : name,
          category, back, price, 0, price * back, back < 0 ? 'returned' : 'completed', METHODS[index % 7],
          back < 0 ? 'refunded' : 'paid', null, index % 9 ? 'Santiago de los Caballeros' : null, 'Europe'];
      }).slice(0, Number(query.get('limit') ?? 100));
    },
  },
});
