// Times as most records write them; `sources/record` has the definition. NaN: for the readers in TypeScript.

const DAY_MS: f64 = 86400000;
const DIGITS_MAX: i32 = 15;
const TEXT_BYTES_MAX: i32 = 64;

/** The date read last, as it was written, and its midnight. */
let year8: u64 = 0;
let day2: u32 = 0;
let midnightMs: f64 = NaN;

/** A whole number: seconds below 1e11, milliseconds below 1e14. */
export function msOfDigits(from: i32, to: i32): f64 {
  if (to - from > DIGITS_MAX) return NaN;
  let value: f64 = 0;
  for (let at = from; at < to; at++) {
    const digit = <u32>load<u8>(at) - 0x30;
    if (digit > 9) return NaN;
    value = value * 10 + <f64>digit;
  }
  if (value < 1 || value >= 1e14) return NaN;
  return value < 1e11 ? value * 1000 : value;
}

/** `2026-01-31T08:09:10`, a blank for the T, with a fraction or none, and with a Z or no zone, which is UTC, too. */
export function msOfIso(from: i32, to: i32): f64 {
  const length = to - from;
  if (length < 19 || length > TEXT_BYTES_MAX) return NaN;
  const between = load<u8>(from, 10);
  if (between != 0x54 && between != 0x20) return NaN;
  if (load<u8>(from, 13) != 0x3a || load<u8>(from, 16) != 0x3a) return NaN;
  const hour = twoDigits(from + 11);
  const minute = twoDigits(from + 14);
  const second = twoDigits(from + 17);
  if (hour > 23 || minute > 59 || second > 60) return NaN;
  let ms = ((hour * 60 + minute) * 60 + second) * 1000;
  let at = from + 19;
  if (at < to && load<u8>(at) == 0x2e) {
    const fraction = ++at;
    let unit: u32 = 100;
    for (; at < to; at++) {
      const digit = <u32>load<u8>(at) - 0x30;
      if (digit > 9) break;
      ms += digit * unit;
      unit /= 10;
    }
    if (at == fraction) return NaN;
  }
  if (at < to && load<u8>(at) == 0x5a) at++;
  return at == to ? midnightOf(from) + <f64>ms : NaN;
}

/** Midnight of `2026-01-31`. */
function midnightOf(from: i32): f64 {
  const head = load<u64>(from);
  const day = <u32>load<u16>(from, 8);
  if (head == year8 && day == day2) return midnightMs;
  year8 = head;
  day2 = day;
  midnightMs = NaN;
  if (load<u8>(from, 4) != 0x2d || load<u8>(from, 7) != 0x2d) return NaN;
  const century = twoDigits(from);
  const rest = twoDigits(from + 2);
  const month = twoDigits(from + 5);
  const date = twoDigits(from + 8);
  if (century > 99 || rest > 99 || month < 1 || month > 12 || date < 1) return NaN;
  const year = century * 100 + rest;
  if (date > daysOf(year, month)) return NaN;
  midnightMs = <f64>daysSinceEpoch(<i32>year, <i32>month, <i32>date) * DAY_MS;
  return midnightMs;
}

function daysOf(year: u32, month: u32): u32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Hinnant, days_from_civil. */
function daysSinceEpoch(year: i32, month: i32, day: i32): i32 {
  const y = month <= 2 ? year - 1 : year;
  const era = (y >= 0 ? y : y - 399) / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

/** More than 99 where there are none. */
function twoDigits(at: i32): u32 {
  const tens = <u32>load<u8>(at) - 0x30;
  const ones = <u32>load<u8>(at, 1) - 0x30;
  return tens > 9 || ones > 9 ? 1000 : tens * 10 + ones;
}
