import { civilMs, daysInMonth, monthOfName } from './calendar.ts';
import { isDigit, isLetter, twoDigits } from './ascii.ts';
import type { DateOrder } from './date-order.ts';

const DAY_MS = 86_400_000;
const SPACE = 0x20;

/**
 * Reads timestamps off bytes, building no string.
 *
 * Known: ISO 8601 (`T` or space, `-` or `/` or `.` in the date, fraction after `.` or `,`, zone or none), basic
 * `20240131T080000`, epoch s/ms/us/ns, syslog `Jan  2 03:04:05` (with or without year), asctime, RFC 1123, Apache
 * `10/Oct/2000:13:55:36 -0700`, `02 Jan 2024 03:04:05`, `Jan 02, 2024 3:04:05 PM`, glog `I0102 03:04:05.678`,
 * `081109 203615` (HDFS), `17/06/09 20:10:40` (Spark), `27.11.2026 10:41:41` and `11/27/2026 10:41:41` (a number above 12
 * is the day; else the date order tells). No zone is UTC. A date without a year lies in the year that
 * ends at most one day after `referenceMs`.
 */
export class TimestampReader {
  /** Where the last timestamp read ended. */
  end = 0;
  /** Whether it was one of syslog's, which a host and a tag follow. */
  isSyslog = false;
  /** Whether glog's level letter stood before it. */
  isGlog = false;
  readonly #referenceMs: number;
  readonly #referenceYear: number;
  readonly #isDayFirst: boolean;

  /** @param referenceMs when the text was written, e.g. the file's time of modification. */
  constructor(referenceMs: number, order: DateOrder = 'month-first') {
    this.#referenceMs = referenceMs;
    this.#isDayFirst = order === 'day-first';
    this.#referenceYear = new Date(referenceMs).getUTCFullYear();
  }

  /** Epoch milliseconds of the timestamp that starts at `start`, NaN when none does. */
  read(bytes: Uint8Array, start: number, limit: number): number {
    this.isSyslog = false;
    this.isGlog = false;
    const first = start < limit ? (bytes[start] as number) : 0;
    if (isDigit(first)) return this.#readDigits(bytes, start, limit);
    if (!isLetter(first)) return Number.NaN;
    if (start + 1 < limit && isDigit(bytes[start + 1] as number)) return this.#readGlog(bytes, start, limit);
    return this.#readName(bytes, start, limit);
  }

  /** The same, when nothing but white space may follow. */
  readWhole(bytes: Uint8Array, start: number, limit: number): number {
    let from = start;
    while (from < limit && bytes[from] === SPACE) from++;
    const ms = this.read(bytes, from, limit);
    let at = this.end;
    while (at < limit && (bytes[at] as number) <= SPACE) at++;
    return at === limit ? ms : Number.NaN;
  }

  #readDigits(bytes: Uint8Array, start: number, limit: number): number {
    let at = start + 1;
    while (at < limit && isDigit(bytes[at] as number)) at++;
    const next = at < limit ? (bytes[at] as number) : 0;
    switch (at - start) {
      case 4:
        if (next === 0x2d || next === 0x2f || next === 0x2e) return this.#readIso(bytes, start, limit, next);
        return Number.NaN;
      case 1:
      case 2:
        return this.#readDayFirst(bytes, start, at, limit);
      case 6:
      case 8:
        return this.#readBasic(bytes, start, at, limit);
      case 10:
      case 13:
      case 16:
      case 19:
        return this.#readEpoch(bytes, start, at, limit);
      default:
        return Number.NaN;
    }
  }

  /** `YYYY-MM-DD`, then the time of day after `T`, space, `-` or `:`. A date alone is its midnight. */
  #readIso(bytes: Uint8Array, start: number, limit: number, separator: number): number {
    if (start + 10 > limit || bytes[start + 7] !== separator) return Number.NaN;
    const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
    const dayMs = civilMs(year, twoDigits(bytes, start + 5), twoDigits(bytes, start + 8));
    if (Number.isNaN(dayMs)) return Number.NaN;
    this.end = start + 10;
    const sign = start + 10 < limit ? bytes[start + 10] : 0;
    if (sign !== 0x54 && sign !== 0x74 && sign !== SPACE && sign !== 0x2d && sign !== 0x3a && sign !== 0x5f)
      return dayMs;
    const timeMs = this.#readTime(bytes, start + 11, limit);
    return Number.isNaN(timeMs) ? dayMs : dayMs + timeMs - this.#readZone(bytes, limit);
  }

  /** `YYYYMMDD` or `YYMMDD` and `HHMMSS` or `HH:MM:SS`. */
  #readBasic(bytes: Uint8Array, start: number, dateEnd: number, limit: number): number {
    const short = dateEnd - start === 6;
    const year = short ? 2000 + twoDigits(bytes, start) : twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
    if (year < 1970 || year > 2199) return Number.NaN;
    const dayMs = civilMs(year, twoDigits(bytes, dateEnd - 4), twoDigits(bytes, dateEnd - 2));
    const sign = dateEnd < limit ? bytes[dateEnd] : 0;
    if (Number.isNaN(dayMs) || !(sign === SPACE || (!short && (sign === 0x54 || sign === 0x2d)))) return Number.NaN;
    const at = dateEnd + 1;
    const timeMs = bytes[at + 2] === 0x3a ? this.#readTime(bytes, at, limit) : this.#readBareTime(bytes, at, limit);
    return dayMs + timeMs - (Number.isNaN(timeMs) ? 0 : this.#readZone(bytes, limit));
  }

  #readBareTime(bytes: Uint8Array, at: number, limit: number): number {
    if (at + 6 > limit || (at + 6 < limit && isDigit(bytes[at + 6] as number))) return Number.NaN;
    this.end = at + 6;
    return timeMs(twoDigits(bytes, at), twoDigits(bytes, at + 2), twoDigits(bytes, at + 4));
  }

  #readEpoch(bytes: Uint8Array, start: number, digitsEnd: number, limit: number): number {
    const next = digitsEnd < limit ? (bytes[digitsEnd] as number) : SPACE;
    if (isLetter(next) || next === 0x5f || next === 0x2d || next === 0x2f) return Number.NaN;
    const digits = digitsEnd - start;
    const read = start + Math.min(digits, 13);
    let ms = 0;
    for (let i = start; i < read; i++) ms = ms * 10 + (bytes[i] as number) - 0x30;
    this.end = digitsEnd;
    if (digits > 10) return ms;
    return ms * 1000 + (next === 0x2e ? this.#readFraction(bytes, digitsEnd + 1, limit) : 0);
  }

  /** `02 Jan 2024 03:04:05`, `10/Oct/2000:13:55:36 -0700`, Spark's `17/06/09 20:10:40`, and dates that end in the year. */
  #readDayFirst(bytes: Uint8Array, start: number, at: number, limit: number): number {
    const sign = bytes[at];
    const isNumeric = at + 1 < limit && isDigit(bytes[at + 1] as number);
    if (isNumeric && (sign === 0x2e || sign === 0x2f)) {
      const ms = this.#readYearLast(bytes, start, at, limit);
      if (!Number.isNaN(ms)) return ms;
    }
    if (sign !== SPACE && sign !== 0x2d && sign !== 0x2f) return Number.NaN;
    const first = number(bytes, start, at);
    if (sign === 0x2f && at - start === 2 && isDigit(bytes[at + 1] as number) && bytes[at + 3] === 0x2f) {
      if (at + 6 >= limit || bytes[at + 6] !== SPACE) return Number.NaN;
      return this.#withTime(
        civilMs(2000 + first, twoDigits(bytes, at + 1), twoDigits(bytes, at + 4)),
        bytes,
        at + 7,
        limit,
      );
    }
    if (at + 9 >= limit || bytes[at + 4] !== sign) return Number.NaN;
    const year = twoDigits(bytes, at + 5) * 100 + twoDigits(bytes, at + 7);
    const after = bytes[at + 9];
    if (after !== SPACE && after !== 0x3a) return Number.NaN;
    return this.#withTime(civilMs(year, monthOfName(bytes, at + 1), first), bytes, at + 10, limit);
  }

  /** `27.11.2026 10:41:41`, `11/27/2026 10:41:41 AM` and `27/11/2026, 10:41:41`; with its time, or it may be anything. */
  #readYearLast(bytes: Uint8Array, start: number, at: number, limit: number): number {
    const sign = bytes[at];
    let next = at + 1;
    while (next < limit && next < at + 3 && isDigit(bytes[next] as number)) next++;
    if (next + 6 >= limit || bytes[next] !== sign) return Number.NaN;
    const year = twoDigits(bytes, next + 1) * 100 + twoDigits(bytes, next + 3);
    if (!(year >= 1970 && year <= 2199)) return Number.NaN;
    let time = next + 5;
    if (bytes[time] === 0x54 || bytes[time] === 0x3a) time++;
    else {
      if (bytes[time] === 0x2c) time++;
      if (bytes[time] !== SPACE) return Number.NaN;
      while (time < limit && bytes[time] === SPACE) time++;
    }
    const [first, second] = [number(bytes, start, at), number(bytes, at + 1, next)];
    const isDayFirst = sign === 0x2e || first > 12 || (this.#isDayFirst && second <= 12);
    return this.#withTime(civilMs(year, isDayFirst ? second : first, isDayFirst ? first : second), bytes, time, limit);
  }

  #readGlog(bytes: Uint8Array, start: number, limit: number): number {
    const letter = bytes[start];
    const isLevel = letter === 0x49 || letter === 0x57 || letter === 0x45 || letter === 0x46;
    if (!isLevel || start + 6 >= limit || bytes[start + 5] !== SPACE) return Number.NaN;
    const ms = this.#yearless(twoDigits(bytes, start + 1), twoDigits(bytes, start + 3), bytes, start + 6, limit);
    this.isGlog = !Number.isNaN(ms);
    return ms;
  }

  /** A month's name, or a weekday's and then a date. */
  #readName(bytes: Uint8Array, start: number, limit: number): number {
    if (start + 12 > limit) return Number.NaN;
    const month = monthOfName(bytes, start);
    if (month > 0)
      return bytes[start + 3] === SPACE ? this.#readMonthFirst(month, bytes, start + 4, limit) : Number.NaN;
    if (!isWeekday(bytes, start)) return Number.NaN;
    if (bytes[start + 3] === 0x2c && bytes[start + 4] === SPACE) {
      return isDigit(bytes[start + 5] as number) ? this.#readDigits(bytes, start + 5, limit) : Number.NaN;
    }
    const named = bytes[start + 3] === SPACE ? monthOfName(bytes, start + 4) : 0;
    if (named === 0 || bytes[start + 7] !== SPACE) return Number.NaN;
    const ms = this.#readMonthFirst(named, bytes, start + 8, limit);
    this.isSyslog = false;
    return ms;
  }

  /** After `Jan `: `2 03:04:05`, `2 03:04:05 2024`, `2 2024 03:04:05` or `2, 2024 3:04:05 PM`. */
  #readMonthFirst(month: number, bytes: Uint8Array, start: number, limit: number): number {
    let at = start;
    while (at < limit && bytes[at] === SPACE) at++;
    const dayStart = at;
    while (at < limit && at < dayStart + 2 && isDigit(bytes[at] as number)) at++;
    if (at === dayStart) return Number.NaN;
    const day = number(bytes, dayStart, at);
    if (bytes[at] === 0x2c) at++;
    if (at >= limit || bytes[at] !== SPACE) return Number.NaN;
    const year = yearAt(bytes, at + 1, limit);
    if (year > 0) return this.#withTime(civilMs(year, month, day), bytes, at + 6, limit);
    const ms = this.#yearless(month, day, bytes, at + 1, limit);
    this.isSyslog = !Number.isNaN(ms);
    return ms;
  }

  #withTime(dayMs: number, bytes: Uint8Array, at: number, limit: number): number {
    const timeMs = Number.isNaN(dayMs) ? Number.NaN : this.#readTime(bytes, at, limit);
    return Number.isNaN(timeMs) ? Number.NaN : dayMs + timeMs - this.#readZone(bytes, limit);
  }

  /** Month and day, then the time of day and perhaps the year (asctime). */
  #yearless(month: number, day: number, bytes: Uint8Array, at: number, limit: number): number {
    const timeMs = this.#readTime(bytes, at, limit);
    if (Number.isNaN(timeMs) || month < 1 || month > 12 || day < 1) return Number.NaN;
    const stated = this.end < limit && bytes[this.end] === SPACE ? yearAt(bytes, this.end + 1, limit) : 0;
    if (stated > 0) {
      this.end += 5;
      return civilMs(stated, month, day) + timeMs;
    }
    // 29 February may be up to eight years back.
    for (let year = this.#referenceYear + 1; year > this.#referenceYear - 9; year--) {
      if (day > daysInMonth(year, month)) continue;
      const ms = civilMs(year, month, day) + timeMs;
      if (ms <= this.#referenceMs + DAY_MS) return ms;
    }
    return Number.NaN;
  }

  /** `H:MM`, `HH:MM:SS`, a fraction after `.`, `,` or `:`, AM or PM; BGL's dots between the parts. */
  #readTime(bytes: Uint8Array, start: number, limit: number): number {
    let at = start;
    while (at < limit && at < start + 2 && isDigit(bytes[at] as number)) at++;
    const sign = at < limit ? bytes[at] : 0;
    if (at === start || (sign !== 0x3a && sign !== 0x2e) || at + 3 > limit) return Number.NaN;
    const hour = number(bytes, start, at);
    const minute = twoDigits(bytes, at + 1);
    at += 3;
    let second = 0;
    if (at + 3 <= limit && bytes[at] === sign) {
      second = twoDigits(bytes, at + 1);
      at += 3;
    }
    let ms = timeMs(hour, minute, second);
    this.end = at;
    const point = at + 1 < limit ? bytes[at] : 0;
    if ((point === 0x2e || point === 0x2c || point === 0x3a) && isDigit(bytes[at + 1] as number)) {
      ms += this.#readFraction(bytes, at + 1, limit);
    }
    return this.#readMeridiem(bytes, hour, ms, limit);
  }

  #readMeridiem(bytes: Uint8Array, hour: number, ms: number, limit: number): number {
    const at = this.end + 1;
    if (at + 2 > limit || bytes[at - 1] !== SPACE || ((bytes[at + 1] as number) | 0x20) !== 0x6d) return ms;
    if (at + 2 < limit && isLetter(bytes[at + 2] as number)) return ms;
    const letter = (bytes[at] as number) | 0x20;
    if ((letter !== 0x61 && letter !== 0x70) || hour < 1 || hour > 12) return ms;
    this.end = at + 2;
    if (letter === 0x70) return hour === 12 ? ms : ms + DAY_MS / 2;
    return hour === 12 ? ms - DAY_MS / 2 : ms;
  }

  /** Milliseconds of the fraction's digits at `start`; what is finer is dropped. */
  #readFraction(bytes: Uint8Array, start: number, limit: number): number {
    let at = start;
    let ms = 0;
    let unit = 100;
    for (; at < limit && isDigit(bytes[at] as number); at++) {
      if (unit >= 1) ms += ((bytes[at] as number) - 0x30) * unit;
      unit /= 10;
    }
    this.end = at;
    return ms;
  }

  /** Offset of the zone at `this.end` in milliseconds; none is 0, as is every name but the UTC ones it skips. */
  #readZone(bytes: Uint8Array, limit: number): number {
    let at = this.end;
    if (at < limit && bytes[at] === SPACE) at++;
    const sign = at < limit ? (bytes[at] as number) : 0;
    if ((sign | 0x20) === 0x7a && at === this.end) {
      this.end = at + 1;
      return 0;
    }
    if (sign === 0x55 || sign === 0x47) {
      const name =
        (bytes[at + 1] === 0x54 && bytes[at + 2] === 0x43) || (bytes[at + 1] === 0x4d && bytes[at + 2] === 0x54);
      if (at + 3 <= limit && name && !(at + 3 < limit && isLetter(bytes[at + 3] as number))) this.end = at + 3;
      return 0;
    }
    if ((sign !== 0x2b && sign !== 0x2d) || at + 3 > limit) return 0;
    const hours = twoDigits(bytes, at + 1);
    const colon = bytes[at + 3] === 0x3a ? 1 : 0;
    const minutes = at + 5 + colon <= limit ? twoDigits(bytes, at + 3 + colon) : Number.NaN;
    // `+02` alone counts only right after the time: elsewhere it is as likely the message.
    if (!(hours <= 15) || (Number.isNaN(minutes) && at !== this.end)) return 0;
    if (minutes > 59) return 0;
    this.end = Number.isNaN(minutes) ? at + 3 : at + 5 + colon;
    const offset = (hours * 60 + (minutes || 0)) * 60_000;
    return sign === 0x2d ? -offset : offset;
  }
}

function timeMs(hour: number, minute: number, second: number): number {
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN;
  return ((hour * 60 + minute) * 60 + second) * 1000;
}

function yearAt(bytes: Uint8Array, at: number, limit: number): number {
  if (at + 4 > limit || (at + 4 < limit && bytes[at + 4] !== SPACE && bytes[at + 4] !== 0x5d)) return 0;
  const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2);
  return year >= 1970 && year <= 2199 ? year : 0;
}

/** Value of the digits `bytes[start, end)`. */
function number(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = value * 10 + (bytes[i] as number) - 0x30;
  return value;
}

function isWeekday(bytes: Uint8Array, at: number): boolean {
  const name = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
  return WEEKDAYS.has(name | 0x202020);
}

const WEEKDAYS = new Set(
  ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'].map(
    (name) => (name.charCodeAt(0) << 16) | (name.charCodeAt(1) << 8) | name.charCodeAt(2),
  ),
);
