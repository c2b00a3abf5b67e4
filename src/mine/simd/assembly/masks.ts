import { DASH, FULL_STOP, SLASH } from './ascii';
import { copy, mapOf, nextIn, SLASH_BYTE } from './bit-map';
import { MATCH_ENDS, MATCH_STARTS, RUN_MASKS } from './layout';
import {
  ALL_HEX,
  CLASS_PATH,
  classOf,
  cutRuns,
  DIGITS,
  DIGITS_3,
  DIGITS_4,
  DIGITS_LONG,
  DURATION,
  endOf,
  findRuns,
  HEX_8,
  HEX_LONG,
  kindAt,
  maskAt,
  runs,
  startOf,
} from './token-runs';

// The nine masks of the reference profile. The readable form is `drain3/mask-token.ts`, and what both must agree with
// `drain3/mask-reference.ts`.

const UUID: i32 = 1;
const IP: i32 = 2;
const PATH: i32 = 3;
const DATE: i32 = 4;
const DUR: i32 = 5;
const HEX: i32 = 6;
const FLOAT: i32 = 7;
const NUM: i32 = 8;
/** A run of a match that began earlier. */
const INSIDE: i32 = 9;
const URL: i32 = 10;

/** Writes the token at `[from, to)` of the line that begins at `start`, masked, to `out`; where that ends. */
export function maskToken(start: i32, from: i32, to: i32, out: i32): i32 {
  let kinds = findRuns(start, from, to);
  const begin = start + from;
  const end = start + to;
  let claimed = kinds & HEX_8 ? claimUuids() : 0;
  if (kinds & DIGITS_3) claimed |= claimIps();
  let cut = end;
  if (nextIn(mapOf(SLASH_BYTE), from, to) < to) {
    cut = findUrl(begin, end);
    if (cut < end) kinds |= cutRuns(cut);
    claimed |= claimPaths(begin, cut);
  }
  if (kinds & DIGITS_4) claimed |= claimDates();
  if (kinds & DURATION) claimed |= claimDurations();
  if (kinds & HEX_LONG) claimed |= claimSingles(HEX_LONG, HEX);
  if (kinds & DIGITS) claimed |= claimFractions();
  if (kinds & DIGITS_LONG) claimed |= claimSingles(DIGITS_LONG, NUM);
  return claimed == 0 && cut == end ? copy(out, begin, end) : emit(begin, cut, end, out);
}

function emit(begin: i32, cut: i32, end: i32, out: i32): i32 {
  let from = begin;
  for (let run = 0; run < runs; run++) {
    const mask = maskAt(run);
    if (mask == 0 || mask == INSIDE) continue;
    const matchStart = load<i32>(MATCH_STARTS + (run << 2));
    if (from < matchStart) out = copy(out, from, matchStart);
    out = put(out, mask);
    from = load<i32>(MATCH_ENDS + (run << 2));
  }
  if (from < cut) out = copy(out, from, cut);
  return cut < end ? put(out, URL) : out;
}

/** Writes a placeholder: eight bytes, of which the first count. */
function put(out: i32, mask: i32): i32 {
  switch (mask) {
    case UUID:
      store<u64>(out, 0x3e444955553c);
      return out + 6;
    case IP:
      store<u64>(out, 0x3e50493c);
      return out + 4;
    case PATH:
      store<u64>(out, 0x3e485441503c);
      return out + 6;
    case DATE:
      store<u64>(out, 0x3e455441443c);
      return out + 6;
    case DUR:
      store<u64>(out, 0x3e5255443c);
      return out + 5;
    case HEX:
      store<u64>(out, 0x3e5845483c);
      return out + 5;
    case FLOAT:
      store<u64>(out, 0x3e54414f4c463c);
      return out + 7;
    case NUM:
      store<u64>(out, 0x3e4d554e3c);
      return out + 5;
    default:
      store<u64>(out, 0x3e4c52553c);
      return out + 5;
  }
}

/** Whether run `run` is free and the next one, also free, follows after a single `separator`. */
function joined(run: i32, separator: u8): bool {
  const at = endOf(run);
  return (
    run + 1 < runs &&
    startOf(run + 1) == at + 1 &&
    load<u8>(at) == separator &&
    maskAt(run) == 0 &&
    maskAt(run + 1) == 0
  );
}

function claim(first: i32, last: i32, mask: i32): void {
  store<u8>(RUN_MASKS + first, <u8>mask);
  store<i32>(MATCH_STARTS + (first << 2), startOf(first));
  store<i32>(MATCH_ENDS + (first << 2), endOf(last));
  for (let run = first + 1; run <= last; run++) store<u8>(RUN_MASKS + run, <u8>INSIDE);
}

function isOf(run: i32, kind: i32, length: i32): bool {
  return (kindAt(run) & kind) != 0 && endOf(run) - startOf(run) == length;
}

function claimUuids(): i32 {
  let claimed = 0;
  for (let i = 0; i + 4 < runs; i++) {
    if (!isOf(i, ALL_HEX, 8) || !isOf(i + 1, ALL_HEX, 4) || !isOf(i + 2, ALL_HEX, 4)) continue;
    if (!isOf(i + 3, ALL_HEX, 4) || !isOf(i + 4, ALL_HEX, 12)) continue;
    if (!joined(i, DASH) || !joined(i + 1, DASH) || !joined(i + 2, DASH) || !joined(i + 3, DASH)) continue;
    claim(i, i + 4, UUID);
    claimed = 1;
    i += 4;
  }
  return claimed;
}

function claimIps(): i32 {
  let claimed = 0;
  for (let i = 0; i + 3 < runs; i++) {
    if ((kindAt(i) & kindAt(i + 1) & kindAt(i + 2) & kindAt(i + 3) & DIGITS_3) == 0) continue;
    if (!joined(i, FULL_STOP) || !joined(i + 1, FULL_STOP) || !joined(i + 2, FULL_STOP)) continue;
    claim(i, i + 3, IP);
    claimed = 1;
    i += 3;
  }
  return claimed;
}

/** Where a URL begins, which then takes the rest of the token; `end` when there is none. */
function findUrl(begin: i32, end: i32): i32 {
  for (let at = begin + 4; at + 3 < end; at++) {
    if (load<u8>(at) != 0x3a || load<u16>(at + 1) != 0x2f2f) continue;
    const head = load<u8>(at - 1) == 0x73 ? at - 5 : at - 4;
    if (head >= begin && load<u32>(head) == 0x70747468) return head;
  }
  return end;
}

function claimPaths(begin: i32, end: i32): i32 {
  let claimed = 0;
  for (let i = 0; i < runs; i++) {
    const from = startOf(i);
    const to = endOf(i);
    if (to - from != 3 || from == begin || to + 1 >= end) continue;
    if (load<u8>(to) != SLASH || load<u32>(from - 1) != 0x6970612f) continue;
    let next = i + 1;
    let at = to + 1;
    while (at < end && classOf(at) & CLASS_PATH) {
      if (next < runs && startOf(next) == at) {
        if (maskAt(next) != 0) break;
        at = endOf(next++);
      } else at++;
    }
    if (at == to + 1) continue;
    claim(i, next - 1, PATH);
    store<i32>(MATCH_STARTS + (i << 2), from - 1);
    store<i32>(MATCH_ENDS + (i << 2), at);
    claimed = 1;
    i = next - 1;
  }
  return claimed;
}

function claimDates(): i32 {
  let claimed = 0;
  for (let i = 0; i + 2 < runs; i++) {
    if (!isOf(i, DIGITS, 4) || !isOf(i + 1, DIGITS, 2) || !isOf(i + 2, DIGITS, 2)) continue;
    if (!joined(i, DASH) || !joined(i + 1, DASH)) continue;
    claim(i, i + 2, DATE);
    claimed = 1;
    i += 2;
  }
  return claimed;
}

function claimDurations(): i32 {
  let claimed = 0;
  for (let i = 0; i < runs; i++) {
    if (maskAt(i) != 0) continue;
    const last = (kindAt(i) & DIGITS) != 0 && joined(i, FULL_STOP) ? i + 1 : i;
    if ((kindAt(last) & DURATION) == 0) continue;
    claim(i, last, DUR);
    claimed = 1;
    i = last;
  }
  return claimed;
}

function claimFractions(): i32 {
  let claimed = 0;
  for (let i = 0; i + 1 < runs; i++) {
    if ((kindAt(i) & kindAt(i + 1) & DIGITS) == 0 || !joined(i, FULL_STOP)) continue;
    claim(i, i + 1, FLOAT);
    claimed = 1;
    i++;
  }
  return claimed;
}

/** Masks of one run: hex words and long numbers. */
function claimSingles(kind: i32, mask: i32): i32 {
  let claimed = 0;
  for (let i = 0; i < runs; i++) {
    if (maskAt(i) != 0 || (kindAt(i) & kind) == 0) continue;
    claim(i, i, mask);
    claimed = 1;
  }
  return claimed;
}
