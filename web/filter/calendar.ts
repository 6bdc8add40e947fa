// The month that a calendar shows, and where its keys lead. Weeks begin on Monday.

import { addDays, dayMs, dayOf } from '../format/format';

const WEEK = 7;

/** 0 = Monday. */
const weekdayOf = (day: string) => (new Date(dayMs(day)).getUTCDay() + 6) % WEEK;

export const monthOf = (day: string) => day.slice(0, 7);

/** The month so many months later: "2026-11", 2 → "2027-01". */
export function addMonths(month: string, count: number): string {
  const [year, number] = month.split('-').map(Number);
  return monthOf(dayOf(Date.UTC(year ?? 0, (number ?? 1) - 1 + count, 1)));
}

export const lastDayOf = (month: string) => addDays(`${addMonths(month, 1)}-01`, -1);

/** Six weeks that hold the month, each of seven days; those of other months are null. */
export function weeksOf(month: string): (string | null)[][] {
  const monday = addDays(`${month}-01`, -weekdayOf(`${month}-01`));
  return Array.from({ length: 6 }, (_, week) =>
    Array.from({ length: WEEK }, (__, weekday) => {
      const day = addDays(monday, week * WEEK + weekday);
      return monthOf(day) === month ? day : null;
    }),
  );
}

const sameDay = (day: string, month: string) => {
  const last = lastDayOf(month);
  const wanted = month + day.slice(7);
  return wanted < last ? wanted : last;
};

/** The day that a key leads to, or null of a key that leads nowhere. */
export function dayAfterKey(key: string, day: string, shift: boolean): string | null {
  switch (key) {
    case 'ArrowLeft':
      return addDays(day, -1);
    case 'ArrowRight':
      return addDays(day, 1);
    case 'ArrowUp':
      return addDays(day, -WEEK);
    case 'ArrowDown':
      return addDays(day, WEEK);
    case 'Home':
      return addDays(day, -weekdayOf(day));
    case 'End':
      return addDays(day, WEEK - 1 - weekdayOf(day));
    case 'PageUp':
      return sameDay(day, addMonths(monthOf(day), shift ? -12 : -1));
    case 'PageDown':
      return sameDay(day, addMonths(monthOf(day), shift ? 12 : 1));
    default:
      return null;
  }
}
