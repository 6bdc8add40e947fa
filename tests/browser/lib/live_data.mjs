// What /api/live says of the invented shop: the shapes of src/serve/live_board.h, invented figures.

import { LONG_NAME } from './shop_data.mjs';

const MINUTE_MS = 60_000;
const iso = (ms) => new Date(ms).toISOString().replace('.000Z', 'Z');
const CITIES = [
  'London',
  'Berlin',
  'Paris',
  'New York',
  'Mexico City',
  'Tokyo',
  'Rome',
  'Santiago de los Caballeros',
  'Oslo',
  null,
];
const REASONS = [
  ['card_declined', 7],
  ['insufficient_funds', 4],
  ['timeout', 2],
  [null, 1],
];

/** A wave, so that every minute has a value of its own and the same one each time. */
const wave = (minute, size) =>
  Math.max(0, Math.round(size * (1 + Math.sin(minute / 5) * 0.4 + Math.sin(minute * 2.7) * 0.2)));

const STATUSES = [
  { status: 'completed', payment_status: 'paid', failure_reason: '' },
  { status: 'pending', payment_status: 'pending', failure_reason: '' },
  { status: 'cancelled', payment_status: 'failed', failure_reason: 'card_declined' },
  { status: 'completed', payment_status: 'paid', failure_reason: '' },
  { status: 'cancelled', payment_status: 'refunded', failure_reason: 'out_of_stock' },
];

const LINE_COLUMNS = ['day', 'time', 'order_id', 'transaction_id', 'name', 'quantity', 'total_amount', 'status',
  'payment_status', 'city'];
const VISIT_COLUMNS = ['session_key', 'day', 'time', 'session_id', 'outcome', 'events', 'seconds'];
const TYPES = { day: 'date', quantity: 'count', total_amount: 'money', events: 'count', seconds: 'count' };

export class LiveData {
  constructor(now, { scale = 1 } = {}) {
    this.now = Date.parse(now);
    this.scale = scale;
    this.state = 'running';
    this.error = null;
    this.empty = false;
    this.revenue = 8391.9 * scale;
    this.committedAt = this.now - 100;
    this.orders = Array.from({ length: 20 }, (_, index) => this.line(index));
  }

  line(index, more = {}) {
    return {
      transaction_timestamp: iso(this.now - index * 1000),
      updated_at: iso(this.now - index * 1000),
      total_amount: Number((17.35 * (index + 1) * this.scale).toFixed(2)),
      quantity: index === 6 ? -1 : 1 + (index % 3),
      order_id: `O1795306392${700000 + index}`,
      transaction_id: `T1795306392${700000 + index}`,
      product_id: index === 4 ? 'P9999' : `P${1000 + (index % 12)}`,
      product_category: 'Electronics',
      city: CITIES[index % 10] ?? '',
      country: 'Germany',
      payment_method: index % 2 ? 'paypal' : 'cash_on_delivery',
      device_type: 'mobile',
      ...STATUSES[index % 5],
      ...more,
    };
  }

  /** An order comes in. */
  order(more) {
    this.now += 1000;
    this.committedAt = this.now - 100;
    this.revenue += 100;
    this.orders.unshift(
      this.line(0, { ...STATUSES[0], order_id: `O${this.now}`, transaction_id: `T${this.now}`, ...more }),
    );
    this.orders.pop();
  }

  /** What is behind a figure: lines, or visits. */
  rows(query) {
    const figure = query.get('figure');
    const visits = /^(funnel|active|open|conversion|sessions)/.test(figure);
    const count = Math.min(Number(query.get('limit') ?? 100), query.get('member') === 'Oslo' ? 0 : 130);
    const names = visits ? VISIT_COLUMNS : LINE_COLUMNS;
    return {
      figure,
      report: visits ? 'visits' : 'order_lines',
      from: query.get('from') ?? '2026-11-20T23:00:00Z',
      to: query.get('to') ?? iso(this.now + 1000),
      columns: names.map((name) => ({
        name,
        label: name[0].toUpperCase() + name.slice(1).replaceAll('_', ' '),
        type: TYPES[name] ?? 'text',
        unit: TYPES[name] === 'money' ? 'EUR' : '',
        definition: '',
      })),
      rows: Array.from({ length: count }, (_, index) => names.map((name) => this.#cell(name, index))),
      sql: `SELECT ${names.join(', ')}\nFROM hot.${visits ? 'events' : 'orders'}`,
    };
  }

  #cell(name, index) {
    const at = new Date(this.now - index * 1000).toISOString();
    return {
      day: at.slice(0, 10),
      time: at.slice(11, 19),
      name: index ? 'Yoga mat' : LONG_NAME,
      transaction_id: `T${9000 + index}`,
      order_id: `O${9000 + index}`,
      total_amount: 17.35 * this.scale,
      quantity: 1,
      status: 'completed',
      payment_status: 'paid',
      city: CITIES[index % 10],
      session_key: `s-${index}`,
      session_id: `s-${index}`,
      outcome: ['bought', 'put something in the cart', 'looked at a product', 'came'][index % 4],
      events: 1 + (index % 9),
      seconds: index * 3,
    }[name];
  }

  figures() {
    return ['revenue', 'orders', 'failed_payments', 'cancelled_orders'].map((name) => ({
      name,
      meaning: name === 'revenue' ? 'What customers paid, tax and shipping included, returns taken off.' : '',
      definition: `name: ${name}\nof: transactions\nwindow: minute, 60 s every 60 s\n`,
    }));
  }

  document() {
    const full = !this.empty;
    return {
      state: this.state,
      error: this.error,
      now: iso(this.now),
      committed_at: full ? iso(this.committedAt) : null,
      watermark: full ? iso(this.now - 6000) : null,
      health: {
        records_per_second: full ? 100.1 : 0,
        lag: full ? 5 : 0,
        latency_ms: full ? { p50: 96.3, p99: 172.9 } : { p50: 0, p99: 0 },
        commit_ms: 3.8,
        counters: full
          ? { duplicates: 12, events: 5740, late: 3, refused: 1, transactions: 242, updates: 104 }
          : {},
        partitions: [],
      },
      gauges: [
        {
          name: 'active_visitors',
          label: 'Visitors of the last five minutes',
          value: full ? 2275 * this.scale : 0,
        },
        { name: 'open_carts', label: 'Open carts', value: full ? 417 * this.scale : 0 },
        { name: 'open_cart_value', label: 'Value of open carts', value: full ? 32004.9 * this.scale : 0 },
      ],
      kpis: full ? this.#kpis() : [],
      windows: [
        ['funnel_sessions', 3804],
        ['funnel_views', 2717],
        ['funnel_carts', 207],
        ['funnel_purchases', 71],
      ].map(([name, value]) => ({
        name,
        label: name,
        start: iso(this.now - 27 * MINUTE_MS),
        end: iso(this.now + 3 * MINUTE_MS),
        value: full ? value * this.scale : 0,
      })),
      orders: full ? this.orders : [],
    };
  }

  #kpis() {
    const kpi = (name, label, type, today, hour, each = 0, by = {}) => ({
      name,
      label,
      type,
      today,
      hour,
      minutes: each ? this.#minutes(each * this.scale) : [],
      seconds: each ? Array.from({ length: 60 }, (_, second) => (second % 5 === 4 ? each * this.scale : 0)) : [],
      by,
    });
    const falling = (names, top) =>
      names.map((member, index) => ({
        member,
        value: Number(((top * this.scale) / (index + 1)).toFixed(2)),
      }));
    const reasons = REASONS.map(([member, value]) => ({ member, value: value * this.scale }));
    const products = [LONG_NAME, ...Array(9)].map((_, index) => (index === 3 ? 'P9999' : `P${1000 + index}`));
    const revenue = Number(this.revenue.toFixed(2));
    return [
      kpi('revenue', 'Total revenue', 'money', revenue, revenue, 140, { city: falling(CITIES, 1686.61) }),
      kpi('orders', 'Orders', 'count', 56 * this.scale, 50 * this.scale, 3),
      kpi('product_revenue', 'Revenue of products', 'money', revenue, revenue, 140, {
        product_id: falling(products, 1238.4),
      }),
      kpi('failed_payments', 'Failed payments', 'count', 90, 14, 1, { failure_reason: reasons }),
      kpi('cancelled_orders', 'Cancelled orders', 'count', 12, 1, 1, {
        failure_reason: [{ member: 'out_of_stock', value: 1 }],
      }),
      kpi('average_order_value', 'Average order value', 'money', 149.86 * this.scale, 151.2 * this.scale),
      kpi('conversion_rate', 'Conversion rate', 'ratio', 0.0197, 0.0203),
    ];
  }

  #minutes(size) {
    const last = this.now - (this.now % MINUTE_MS);
    return Array.from({ length: 60 }, (_, index) => {
      const start = last - (59 - index) * MINUTE_MS;
      return [iso(start), index === 59 ? wave(index, size * 0.3) : wave(index, size)];
    });
  }
}
