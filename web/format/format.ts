// How numbers, money, dates and times are written, everywhere on the page and only here.

import type { Cell, Kind } from '../api/types';

const LOCALE = 'en-GB';
const DAY_MS = 86_400_000;
export const NOTHING = '–';
/** Between a number and its unit, where no line may break. */
const SPACE = '\u00a0';

/** A day of the shop, "2026-11-28", as milliseconds; days carry no time zone of their own. */
export const dayMs = (day: string) => Date.parse(`${day}T00:00:00Z`);
export const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
export const addDays = (day: string, days: number) => dayOf(dayMs(day) + days * DAY_MS);
export const daysBetween = (from: string, to: string) => Math.round((dayMs(to) - dayMs(from)) / DAY_MS);

const minus = (text: string) => text.replace('-', '−');
// A formatter of the browser for each way of writing a day would take longer to make than the page to draw.
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
  'November', 'December'];
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const monthOf = (day: string) => MONTHS[Number(day.slice(5, 7)) - 1]!;
const PARTS_OF_TIME: Intl.DateTimeFormatOptions = {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
};
const counts = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const numbers = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 });

const fixedTo = [0, 1, 2].map(
  (digits) => new Intl.NumberFormat(LOCALE, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
);
const fixed = (value: number, digits: 0 | 1 | 2) => fixedTo[digits]!.format(value);

const STEPS: [number, string][] = [
  [1e9, 'bn'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** Three significant digits with a suffix: 412k, 1.28M. What is below a thousand stays as it is. */
function compact(value: number, write: (scaled: number) => string): string {
  for (const [size, suffix] of STEPS) {
    // 999,950 is written 1M, not 1,000k.
    if (Math.abs(value) < size * 0.9995) continue;
    const scaled = value / size;
    const digits = Math.abs(scaled) < 9.995 ? 2 : Math.abs(scaled) < 99.95 ? 1 : 0;
    return write(Number(scaled.toFixed(digits))) + suffix;
  }
  return write(Number(value.toFixed(Math.abs(value) < 100 ? 2 : 0)));
}

export interface Movement {
  arrow: '▲' | '▼' | '';
  text: string;
  spoken: string;
  direction: 1 | 0 | -1;
}

export type Form = 'exact' | 'figure' | 'short';

export class Format {
  readonly symbol: string;
  readonly #money: Intl.NumberFormat;
  readonly #whole: Intl.NumberFormat;
  readonly #short: Intl.NumberFormat;
  readonly #zone: string;
  // Made when first asked for: that takes milliseconds.
  #clock: Intl.DateTimeFormat | undefined;

  constructor(currency: string, zone: string) {
    const style: Intl.NumberFormatOptions = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' };
    this.#money = new Intl.NumberFormat(LOCALE, style);
    this.#whole = new Intl.NumberFormat(LOCALE, {
      ...style,
      minimumFractionDigits: 0,
      maximumFractionDigits: 0,
    });
    this.#short = new Intl.NumberFormat(LOCALE, {
      ...style,
      minimumFractionDigits: 0,
      maximumFractionDigits: 2,
    });
    this.#zone = zone;
    this.symbol = this.#money.formatToParts(0).find((part) => part.type === 'currency')?.value ?? currency;
  }

  /** exact: every digit. figure: as on a card, without cents from a thousand on. short: three digits. */
  money(value: number, form: Form = 'exact'): string {
    if (form === 'short') return minus(compact(value, (scaled) => this.#short.format(scaled)));
    const whole = form === 'figure' && Math.abs(value) >= 1000;
    return minus((whole ? this.#whole : this.#money).format(value));
  }

  count(value: number, form: Form = 'exact'): string {
    if (form === 'short' && Math.abs(value) >= 10_000)
      return minus(compact(value, (scaled) => numbers.format(scaled)));
    return minus(counts.format(value));
  }

  percent(value: number, digits = 1): string {
    return `${minus((value * 100).toFixed(digits))}${SPACE}%`;
  }

  /** Any cell of a report by the kind of its column. */
  cell(value: Cell | undefined, kind: Kind, form: Form = 'exact'): string {
    if (value === null || value === undefined) return NOTHING;
    if (typeof value === 'string') return kind === 'date' ? this.date(value) : value;
    if (kind === 'money') return this.money(value, form);
    if (kind === 'percent') return this.percent(value, form === 'short' ? 1 : 2);
    if (kind === 'count') return this.count(value, form);
    return minus(numbers.format(value));
  }

  /** How a figure moved: in percent, or in points where the figure is a percentage itself. */
  movement(now: number, before: number, kind: Kind): Movement | null {
    if (kind !== 'percent' && before === 0) return null;
    const moved = kind === 'percent' ? (now - before) * 100 : ((now - before) / Math.abs(before)) * 100;
    const size = Math.abs(moved);
    const digits = kind === 'percent' ? 2 : size >= 100 ? 0 : 1;
    const shown = size >= 10_000 ? 'over 9,999' : fixed(size, digits);
    const unit = kind === 'percent' ? 'pt' : '%';
    if (Number(size.toFixed(digits)) === 0) {
      return { arrow: '', text: 'no change', spoken: 'no change', direction: 0 };
    }
    const up = moved > 0;
    return {
      arrow: up ? '▲' : '▼',
      text: `${shown}${SPACE}${unit}`,
      spoken: `${up ? 'up' : 'down'} ${shown} ${unit === 'pt' ? 'points' : 'percent'}`,
      direction: up ? 1 : -1,
    };
  }

  /** 2011-12-09 12:50:04 in the shop's time zone */
  #at(moment: number): string {
    this.#clock ??= new Intl.DateTimeFormat(LOCALE, { ...PARTS_OF_TIME, timeZone: this.#zone });
    const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
    for (const { type, value } of this.#clock.formatToParts(moment)) part[type] = value;
    return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}:${part.second}`;
  }

  /** 9 Dec */
  day(day: string): string {
    return `${Number(day.slice(8, 10))} ${this.month(day)}`;
  }

  /** 9 Dec 2011 */
  date(day: string): string {
    return `${this.day(day)} ${day.slice(0, 4)}`;
  }

  /** Fri 9 Dec 2011 */
  weekday(day: string): string {
    return `${WEEKDAYS[new Date(dayMs(day)).getUTCDay()]} ${this.date(day)}`;
  }

  month(day: string): string {
    return monthOf(day).slice(0, 3);
  }

  /** December 2011 */
  monthAndYear(day: string): string {
    return `${monthOf(day)} ${day.slice(0, 4)}`;
  }

  /** 1 – 28 Nov, 12 Nov – 9 Dec, with the years where they are not this one's. */
  range(from: string, to: string, today = this.today()): string {
    const sameYear = from.slice(0, 4) === to.slice(0, 4);
    const end = sameYear && to.slice(0, 4) === today.slice(0, 4) ? this.day(to) : this.date(to);
    if (from === to) return end;
    if (!sameYear) return `${this.date(from)} – ${end}`;
    const sameMonth = from.slice(0, 7) === to.slice(0, 7);
    return `${sameMonth ? Number(from.slice(8)) : this.day(from)} – ${end}`;
  }

  /** The shop's day of a moment. */
  dayAt(moment: number): string {
    return this.#at(moment).slice(0, 10);
  }

  today(now = Date.now()): string {
    return this.dayAt(now);
  }

  /** 12:04 in the shop's time zone */
  time(iso: string, seconds = false): string {
    return this.#at(Date.parse(iso)).slice(11, seconds ? 19 : 16);
  }

  /** 12:04:30 today, else 28 Nov 12:04, else 9 Dec 2011 12:50 */
  stamp(iso: string, now = Date.now()): string {
    const day = this.dayAt(Date.parse(iso));
    const today = this.today(now);
    if (day === today) return this.time(iso, true);
    return `${day.slice(0, 4) === today.slice(0, 4) ? this.day(day) : this.date(day)} ${this.time(iso)}`;
  }

  /** The moment in full, for hovering. */
  moment(iso: string): string {
    return `${this.weekday(this.dayAt(Date.parse(iso)))} ${this.time(iso, true)} (${this.#zone})`;
  }

  ago(iso: string, now = Date.now()): string {
    const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
    if (seconds < 10) return 'just now';
    if (seconds < 60) return `${Math.floor(seconds / 10) * 10} s ago`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
    if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
    return `${countOf(Math.floor(seconds / 86_400), 'day')} ago`;
  }
}

/** 912 B, 3.4 MB, 1.28 GB */
export function bytesOf(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
  return `${Number(value.toFixed(digits))}${SPACE}${units[unit]}`;
}

/** As lastsFor, of moments that are told to the second. */
export const lastedFor = (from: string, to: string): string => {
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
  return seconds < 1 ? `under 1${SPACE}s` : seconds < 10 ? `${seconds}${SPACE}s` : lastsFor(seconds);
};

/** 12 ms, 3.4 s, 2 min 5 s, 3 h 20 min, 4 days 2 h */
export function lastsFor(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)}${SPACE}ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)}${SPACE}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${SPACE}s`;
  const parts = (large: number, name: string, small: number, rest: string) =>
    `${large}${SPACE}${name}${small ? ` ${small}${SPACE}${rest}` : ''}`;
  if (whole < 3600) return parts(Math.floor(whole / 60), 'min', whole % 60, 's');
  if (whole < 86_400) return parts(Math.floor(whole / 3600), 'h', Math.floor((whole % 3600) / 60), 'min');
  const days = Math.floor(whole / 86_400);
  return parts(days, days === 1 ? 'day' : 'days', Math.floor((whole % 86_400) / 3600), 'h');
}

/** 1 day, 28 days */
export const countOf = (count: number, noun: string) =>
  `${counts.format(count)} ${noun}${count === 1 ? '' : 's'}`;

const NAMES: Record<string, string> = { paypal: 'PayPal', tiktok: 'TikTok', youtube: 'YouTube', sms: 'SMS' };

/**
 * A code of a record as a person would say it: credit_card → Credit card. Names stay as the shop wrote them.
 */
export function humane(code: string): string {
  if (NAMES[code]) return NAMES[code];
  if (!/^[a-z][a-z0-9_]*$/.test(code)) return code;
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
