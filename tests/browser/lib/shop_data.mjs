// An invented shop that answers like the program: the same shapes, every filter at work, and the extremes
// that a real shop shows only sometimes. All amounts are whole cents until they are written.

import { KINDS, SALES_COLUMNS, salesRows } from './sales_data.mjs';

const DAY_MS = 86_400_000;
const dayMs = (day) => Date.parse(`${day}T00:00:00Z`);
const dayOf = (ms) => new Date(ms).toISOString().slice(0, 10);
const addDays = (day, count) => dayOf(dayMs(day) + count * DAY_MS);
const span = (from, to) => Math.round((dayMs(to) - dayMs(from)) / DAY_MS) + 1;
const daysOf = (from, to) => Array.from({ length: span(from, to) }, (_, index) => addDays(from, index));

/** A number from 0 to 1 that depends on nothing but its key. */
function noise(key) {
  let hash = 2166136261;
  for (const character of key) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 4294967296;
}

const CATEGORIES = [
  ['Electronics', 0.31],
  ['Fashion', 0.21],
  ['Home & kitchen', 0.16],
  ['Sports', 0.1],
  ['Beauty', 0.07],
  ['Toys', 0.055],
  ['Books', 0.04],
  ['Garden', 0.025],
  ['Automotive', 0.015],
  ['Stationery', 0.01],
  ['Uncategorised', 0.005],
];
const REGIONS = [
  ['Europe', 0.462],
  ['North America', 0.315],
  ['Asia', 0.171],
  ['Oceania', 0.052],
];
export const LONG_NAME =
  'Noise-cancelling over-ear headphones with replaceable cushions, two cables, a travel case and Donaudampfschifffahrtsgesellschaftskapitänsmütze';
const PRODUCTS = [
  [LONG_NAME, 'Electronics'],
  ['Espresso machine, 15 bar', 'Home & kitchen'],
  ['Trail running shoes', 'Sports'],
  ['Merino base layer', 'Fashion'],
  ['Smart thermostat', 'Electronics'],
  ['Wool overcoat', 'Fashion'],
  ['Cast-iron casserole, 5 l', 'Home & kitchen'],
  ['Bluetooth speaker', 'Electronics'],
  ['Yoga mat', 'Sports'],
  ['Building blocks, 1,000 pieces', 'Toys'],
  ['Face serum', 'Beauty'],
  ['Cookbook of the year', 'Books'],
];

export const FILTERS = {
  region: REGIONS.map(([name]) => name),
  category: CATEGORIES.map(([name]) => name),
  payment_method: [
    'bank_transfer',
    'cash_on_delivery',
    'credit_card',
    'debit_card',
    'gift_card',
    'other',
    'paypal',
    'wallet',
  ],
  device: ['desktop', 'mobile', 'tablet'],
  source: ['affiliate', 'direct', 'email', 'facebook', 'google', 'instagram'],
  segment: ['Loyal', 'New', 'Regular', 'VIP'],
};

const column = (name, label, type, definition, unit = '') => ({ name, label, type, unit, definition });
const C = {
  revenue: column(
    'revenue',
    'Total revenue',
    'money',
    'What customers paid, tax and shipping included, less returns.',
    'EUR',
  ),
  transactions: column('transactions', 'Transactions', 'count', 'Order lines that were sold.'),
  orders: column('orders', 'Orders', 'count', 'Distinct orders among the transactions.'),
  average_transaction_value: column(
    'average_transaction_value',
    'Average transaction',
    'money',
    'Revenue divided by transactions.',
    'EUR',
  ),
  average_order_value: column(
    'average_order_value',
    'Average order',
    'money',
    'Revenue divided by orders.',
    'EUR',
  ),
  units: column('units', 'Products sold', 'count', 'Pieces sold less pieces returned.'),
  gross_sales: column('gross_sales', 'Gross sales', 'money', 'Quantity times price of what was sold.', 'EUR'),
  discounts: column('discounts', 'Discounts', 'money', 'Discounts on what was sold.', 'EUR'),
  returns: column('returns', 'Returns', 'money', 'Quantity times price of what came back.', 'EUR'),
  net_sales: column('net_sales', 'Net sales', 'money', 'Gross sales less discounts and returns.', 'EUR'),
  sessions: column('sessions', 'Sessions', 'count', 'Visits; one ends after 30 minutes without an event.'),
  conversion_rate: column(
    'conversion_rate',
    'Conversion',
    'percent',
    'Sessions with a purchase divided by sessions.',
  ),
  failed_payments: column('failed_payments', 'Failed payments', 'count', 'Lines whose payment failed.'),
  failed_payment_rate: column(
    'failed_payment_rate',
    'Failed payment rate',
    'percent',
    'Failed divided by failed and paid.',
  ),
  cancelled_orders: column(
    'cancelled_orders',
    'Cancelled orders',
    'count',
    'Distinct orders that were cancelled.',
  ),
  day: column('day', 'Day', 'date', 'A day in the time zone of the shop.'),
  category: column('category', 'Category', 'text', ''),
  region: column('region', 'Region', 'text', ''),
  share: column('share', 'Share', 'percent', 'Part of the revenue of the period.'),
  product_id: column('product_id', 'Product id', 'text', ''),
  name: column('name', 'Product', 'text', ''),
  brand: column('brand', 'Brand', 'text', ''),
  price: column('price', 'Price', 'money', '', 'EUR'),
  stock_quantity: column('stock_quantity', 'In stock', 'count', ''),
  on_sale: column('on_sale', 'On sale', 'text', ''),
  ...SALES_COLUMNS,
};

const AS_OF = ['customer_segments', 'rfm_customers'];
const divide = (a, b) => (b === 0 ? null : a / b);
const cents = (value) => (value === null ? null : Math.round(value) / 100);

/**
 * traits: scale (revenue times that), negative (a month of returns), visits: false (no clickstream),
 * gap (a day that is not known), flat (one category and one region), partial: false.
 */
export class ShopData {
  constructor(traits = {}) {
    this.traits = { scale: 1, visits: true, partial: true, ...traits };
    this.version = 1;
    this.firstDay = '2025-01-01';
    this.lastDay = '2026-11-21';
    this.until = '2026-11-21T11:04:30Z';
    Object.assign(
      this.rows,
      salesRows(this, { products: PRODUCTS, categories: CATEGORIES, longName: LONG_NAME, addDays }),
    );
  }

  shop() {
    const filters = this.traits.flat
      ? { ...FILTERS, category: ['Uncategorised'], device: [], source: [], segment: [] }
      : FILTERS;
    return {
      name: 'Nordlicht',
      currency: 'EUR',
      time_zone: 'Europe/Berlin',
      empty: false,
      first_day: this.firstDay,
      last_day: this.lastDay,
      data_until: this.until,
      built_at: this.until,
      version: String(this.version),
      filters,
    };
  }

  /** How much of everything the chosen values of a query are. */
  part(query, except) {
    const shareOf = (key, table) => {
      const chosen = key === except ? [] : query.getAll(key);
      if (chosen.length === 0) return 1;
      return chosen.reduce((sum, value) => sum + (table.find(([name]) => name === value)?.[1] ?? 0), 0);
    };
    const even = (key) => FILTERS[key].map((value) => [value, 1 / FILTERS[key].length]);
    let part = shareOf('region', REGIONS) * shareOf('category', CATEGORIES);
    for (const key of ['payment_method', 'device', 'source', 'segment']) part *= shareOf(key, even(key));
    part *= shareOf('customer', KINDS);
    const of = (key, count) => (query.getAll(key).length && key !== except ? query.getAll(key).length / count : 1);
    part *= of('weekday', 7) * of('hour', 24) * of('product', 27);
    return part;
  }

  dayFigures(day, part) {
    if (day < this.firstDay || day > this.lastDay)
      return { revenue: 0, transactions: 0, orders: 0, units: 0, sessions: 0, bought: 0 };
    const weekend = [0, 6].includes(new Date(dayMs(day)).getUTCDay()) ? 9800 : 0;
    const drift = span(this.firstDay, day) * 18;
    let amount = 31000 + drift + weekend + noise(day) * 9000;
    if (this.traits.partial && day === this.lastDay) amount *= 0.42;
    if (this.traits.negative && day >= addDays(this.lastDay, -12)) amount *= -0.35;
    const revenue = Math.round(amount * part * this.traits.scale * 100 + noise(day + 'c') * 99);
    const transactions = Math.round((Math.abs(amount) / 31.4) * part);
    const orders = Math.round(transactions * 0.44);
    const sessions = this.traits.visits ? Math.round((Math.abs(amount) / 1.9) * part) : 0;
    return {
      revenue,
      transactions,
      orders,
      units: Math.round(transactions * 1.51),
      sessions,
      bought: Math.round(sessions * (0.026 + noise(day + 's') * 0.006)),
    };
  }

  sum(from, to, part) {
    const total = { revenue: 0, transactions: 0, orders: 0, units: 0, sessions: 0, bought: 0 };
    for (const day of daysOf(from, to))
      for (const [key, value] of Object.entries(this.dayFigures(day, part))) total[key] += value;
    return total;
  }

  rows = {
    sales_overview: {
      title: 'Sales overview',
      columns: [
        'revenue',
        'transactions',
        'orders',
        'average_transaction_value',
        'average_order_value',
        'units',
        'gross_sales',
        'discounts',
        'returns',
        'net_sales',
        'sessions',
        'conversion_rate',
        'failed_payments',
        'failed_payment_rate',
        'cancelled_orders',
        'discount_rate',
        'return_rate',
      ],
      make: (from, to, query) => {
        const t = this.sum(from, to, this.part(query));
        return [
          [
            cents(t.revenue),
            t.transactions,
            t.orders,
            cents(divide(t.revenue, t.transactions)),
            cents(divide(t.revenue, t.orders)),
            t.units,
            cents(t.revenue * 1.06),
            cents(t.revenue * 0.04),
            cents(t.revenue * 0.02),
            cents(t.revenue),
            t.sessions,
            divide(t.bought, t.sessions),
            Math.round(t.transactions * 0.021),
            0.0206,
            Math.round(t.orders * 0.013),
            t.revenue ? 0.0377 : null,
            t.revenue ? 0.0189 : null,
          ],
        ];
      },
    },
    sales_trend: {
      title: 'Sales by day',
      columns: [
        'day',
        'revenue',
        'transactions',
        'orders',
        'average_order_value',
        'units',
        'sessions',
        'conversion_rate',
        'gross_sales',
        'discounts',
        'returns',
        'net_sales',
      ],
      make: (from, to, query) =>
        daysOf(from, to).map((day, index) => {
          if (this.traits.gap && index % 9 > 6) return [day, ...Array(11).fill(null)];
          const d = this.dayFigures(day, this.part(query));
          return [
            day,
            cents(d.revenue),
            d.transactions,
            d.orders,
            cents(divide(d.revenue, d.orders)),
            d.units,
            d.sessions,
            divide(d.bought, d.sessions),
            cents(d.revenue * 1.06),
            cents(d.revenue * 0.04),
            cents(d.revenue * 0.02),
            cents(d.revenue),
          ];
        }),
    },
    revenue_by_category: {
      title: 'Revenue by category',
      columns: ['category', 'revenue', 'share', 'transactions', 'units'],
      make: (from, to, query) =>
        this.split(
          from,
          to,
          query,
          'category',
          this.traits.flat ? [['Uncategorised', 1]] : CATEGORIES,
          (t) => [t.transactions, t.units],
        ),
    },
    revenue_by_region: {
      title: 'Revenue by region',
      columns: ['region', 'revenue', 'share', 'orders'],
      make: (from, to, query) => this.split(from, to, query, 'region', REGIONS, (t) => [t.orders]),
    },
    products: {
      title: 'Products',
      columns: ['product_id', 'name', 'brand', 'category', 'price', 'stock_quantity', 'on_sale'],
      make: (_from, _to, query) =>
        PRODUCTS.map(([name, category], index) => [`P${1000 + index}`, name, 'Ourself', category, 9.5, 40, 'yes'])
          .filter(([id]) => query.getAll('product').includes(id)),
    },
    top_products: {
      title: 'Top products',
      columns: ['product_id', 'name', 'category', 'revenue', 'units', 'orders', 'conversion_rate'],
      make: (from, to, query) => {
        const total = this.sum(from, to, this.part(query));
        const chosen = query.getAll('category');
        const products = query.getAll('product');
        return PRODUCTS.map(([name, category], index) => {
          const part = 0.0375 / (index + 1);
          const units = Math.round(total.units * part * (0.7 + noise(name)));
          return [
            `P${1000 + index}`,
            name,
            this.traits.flat ? 'Uncategorised' : category,
            cents(total.revenue * part),
            units,
            Math.round(units * 0.8),
            this.traits.visits ? 0.018 + noise(name + 'c') * 0.03 : null,
          ];
        })
          .filter((row) => chosen.length === 0 || chosen.includes(row[2]))
          .filter((row) => products.length === 0 || products.includes(row[0]))
          .slice(0, Number(query.get('limit') ?? 10));
      },
    },
  };

  split(from, to, query, key, table, further) {
    const chosen = query.getAll(key);
    const shown = table.filter(([name]) => chosen.length === 0 || chosen.includes(name));
    const all = shown.reduce((sum, [, part]) => sum + part, 0);
    return shown
      .map(([name, part], index) => {
        const total = this.sum(from, to, this.part(query, key) * part);
        // In a month of returns one value falls below zero though the others do not.
        const sign = this.traits.negative && index === shown.length - 2 ? -4 : 1;
        return [name, cents(Math.abs(total.revenue) * sign), (part / all) * sign, ...further(total)];
      })
      .sort((a, b) => b[1] - a[1]);
  }

  report(name, query) {
    const kind = this.rows[name];
    if (!kind) return null;
    const to = query.get('to') ?? this.lastDay;
    const from = query.get('from') ?? addDays(to, -27);
    const days = span(from, to);
    const none = to < this.firstDay || from > this.lastDay;
    const rows =
      none && name !== 'sales_overview' && name !== 'sales_trend' ? [] : kind.make(from, to, query);
    const before = { from: addDays(from, -days), to: addDays(from, -1) };
    return {
      report: name,
      title: kind.title,
      description: `${kind.title} of the period.`,
      period: { kind: AS_OF.includes(name) ? 'as_of' : 'range', from, to, days, partial: this.traits.partial && to === this.lastDay },
      columns: kind.columns.map((each) => C[each]),
      rows,
      previous:
        query.get('compare') === 'previous'
          ? { ...before, rows: kind.make(before.from, before.to, query) }
          : null,
      sql: `select ${kind.columns.join(',\n       ')}\nfrom ecommerce.fact_transactions\nwhere is_sale\n  and shop_day between $from and $to`,
      data_until: this.until,
      version: String(this.version),
    };
  }
}
