import { NAME_BYTES, NAME_LENGTH, NAME_TEXT_MAX, NAME_VALUE, NAMES_SLOTS } from './layout';

/** Value of the name `[from, to)` in the table; -1 when it is not known. */
export function valueOfName(table: i32, from: i32, to: i32): i32 {
  if (to - from > NAME_TEXT_MAX) return -1;
  const slot = slotOf(table, from, to);
  if (load<i32>(slot, NAME_LENGTH) != to - from) return -1;
  for (let at = 0; at < to - from; at += 8) if (load<u64>(slot + at) != eightOf(from + at, to)) return -1;
  return load<i32>(slot, NAME_VALUE);
}

/** Puts a name of 1 to 64 bytes in the place of whichever had it before. */
export function addName(table: i32, from: i32, to: i32, value: i32): void {
  const slot = slotOf(table, from, to);
  for (let at = 0; at < to - from; at += 8) store<u64>(slot + at, eightOf(from + at, to));
  store<i32>(slot, to - from, NAME_LENGTH);
  store<i32>(slot, value, NAME_VALUE);
}

function slotOf(table: i32, from: i32, to: i32): i32 {
  const ends = eightOf(from, to) ^ (eightOf(max(from, to - 8), to) << 1);
  const hash = (ends ^ <u64>(to - from)) * 0x9e3779b97f4a7c15;
  return table + (<i32>(hash >> 40) & (NAMES_SLOTS - 1)) * NAME_BYTES;
}

/** Eight bytes, zero from `to` on. */
function eightOf(at: i32, to: i32): u64 {
  const left = to - at;
  const bytes = load<u64>(at);
  return left >= 8 ? bytes : bytes & (((<u64>1) << (left << 3)) - 1);
}
