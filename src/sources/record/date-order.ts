import { civilMs } from './calendar.ts';

const DAY_MS = 86_400_000;
const RECENT_MS = 31 * DAY_MS;
/** `11/27/2026 10:41`, with slashes that JSON may escape, or the time in CSV's next column. */
const SLASHED = /(?<![\d/\\])(\d{1,2})\\?\/(\d{1,2})\\?\/(\d{4})(?:"?[,;\t]"? ?|[ T:]) *\d{1,2}[:.]\d\d/g;

/** How a date such as `05/11/2026` is meant. */
export type DateOrder = 'month-first' | 'day-first';

/**
 * The order in which a text writes dates with slashes: that of the first date of its head which can be read in one way
 * only. Where there is none, the month comes first, unless only with the day first the first date lies in the 31 days before
 * `referenceMs`, or not behind it: what is read was mostly written lately. It holds for the whole text, so that no line is
 * read in another way than its neighbours.
 *
 * @param head the same bytes of a text give the same answer, whoever reads which part of it.
 * @param referenceMs when the text was last written, epoch milliseconds.
 */
export function dateOrderIn(head: Buffer, referenceMs: number): DateOrder {
  const isPast = (ms: number) => ms <= referenceMs + DAY_MS;
  const isRecent = (ms: number) => isPast(ms) && ms > referenceMs - RECENT_MS;
  let order: DateOrder | undefined;
  for (const [, first, second, year] of head.toString('latin1').matchAll(SLASHED)) {
    const monthFirst = civilMs(Number(year), Number(first), Number(second));
    const dayFirst = civilMs(Number(year), Number(second), Number(first));
    // No such day, or one that is the same in either order.
    if (Object.is(monthFirst, dayFirst)) continue;
    if (Number.isNaN(dayFirst)) return 'month-first';
    if (Number.isNaN(monthFirst)) return 'day-first';
    const isDayFirst = isPast(monthFirst) ? isRecent(dayFirst) && !isRecent(monthFirst) : isPast(dayFirst);
    order ??= isDayFirst ? 'day-first' : 'month-first';
  }
  return order ?? 'month-first';
}
