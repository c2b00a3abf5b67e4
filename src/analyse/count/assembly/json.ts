import { COLON, COMMA, QUOTE } from '../../../mine/simd/assembly/ascii';
import {
  FIELD_BYTES,
  FIELDS,
  KEY_BYTES,
  KEY_LENGTH,
  KEYS,
  KEYS_SLOTS,
  LEAD_BYTES_MAX,
  LEAD_KEY,
  LEAD_LENGTH,
  LEAD_MASK,
} from './layout';

/** The closing quote of the text that begins at `from`, when it is plain: ASCII without escapes; else 0. */
export function closingQuote(from: i32, end: i32): i32 {
  for (let at = from; at < end; at += 16) {
    const bytes = v128.load(at);
    const special = v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
      i8x16.lt_s(bytes, i8x16.splat(0x20)), // above 0x7f, too
    );
    const bits = i8x16.bitmask(special);
    if (bits == 0) continue;
    const first = at + ctz(bits);
    return load<u8>(first) == QUOTE ? first : 0;
  }
  return 0;
}

/** Behind the number at `from`, which has no exponent, by the grammar of RFC 8259; else 0. */
export function behindNumber(from: i32): i32 {
  const whole = load<u8>(from) == 0x2d ? from + 1 : from;
  let at = behindDigits(whole);
  if (at == whole || (load<u8>(whole) == 0x30 && at > whole + 1)) return 0;
  if (load<u8>(at) == 0x2e) {
    const fraction = at + 1;
    at = behindDigits(fraction);
    if (at == fraction) return 0;
  }
  return at;
}

function behindDigits(from: i32): i32 {
  let at = from;
  while (<u32>load<u8>(at) - 0x30 < 10) at++;
  return at;
}

/** Behind `true`, `false` or `null` at `at`; else 0. */
export function behindWord(at: i32): i32 {
  const four = load<u32>(at);
  if (four == 0x65757274 || four == 0x6c6c756e) return at + 4;
  return four == 0x736c6166 && load<u8>(at, 4) == 0x65 ? at + 5 : 0;
}

/**
 * The value of field number `field` of a record, when what stands at `at` is its name; else 0. It knows how the record
 * before wrote that field, comma, quotes, colon and blanks included, and looks closer only where this one is another.
 */
export function valueOfField(field: i32, at: i32, end: i32): i32 {
  const slot = FIELDS + field * FIELD_BYTES;
  const length = load<i32>(slot, LEAD_LENGTH);
  return length > 0 && isLead(slot, at, length) ? at + length : readLead(slot, field > 0, at, end);
}

function isLead(slot: i32, at: i32, length: i32): bool {
  for (let i = 0; i < length; i += 16) {
    const differs = v128.xor(v128.load(at + i), v128.load(slot + i));
    if (v128.any_true(v128.and(differs, v128.load(slot + i, LEAD_MASK)))) return false;
  }
  return true;
}

function readLead(slot: i32, hasComma: bool, start: i32, end: i32): i32 {
  let at = start;
  if (hasComma && load<u8>(at++) != COMMA) return 0;
  at = behindBlanks(at, end);
  if (load<u8>(at) != QUOTE) return 0;
  const key = at + 1;
  const keyEnd = closingQuote(key, end);
  if (keyEnd == 0) return 0;
  at = behindBlanks(keyEnd + 1, end);
  if (load<u8>(at) != COLON) return 0;
  at = behindBlanks(at + 1, end);
  const length = at - start;
  if (at >= end || length > LEAD_BYTES_MAX) return 0;
  for (let i = 0; i < LEAD_BYTES_MAX; i++) {
    store<u8>(slot + i, i < length ? load<u8>(start + i) : 0);
    store<u8>(slot + i, i < length ? 0xff : 0, LEAD_MASK);
  }
  store<i32>(slot, length, LEAD_LENGTH);
  store<i32>(slot, slotOfKey(key, keyEnd), LEAD_KEY);
  return at;
}

function behindBlanks(from: i32, end: i32): i32 {
  let at = from;
  while (at < end && (load<u8>(at) == 0x20 || load<u8>(at) == 0x09)) at++;
  return at;
}

/** Slot of the name of a field; 0 when it is none that matters. */
function slotOfKey(from: i32, to: i32): i32 {
  const length = to - from;
  if (length == 0) return 0;
  let number = slotNumber(<i32>load<u8>(from) * 31 + <i32>load<u8>(to - 1) * 7 + length);
  let slot = KEYS + number * KEY_BYTES;
  while (load<u8>(slot, KEY_LENGTH) != 0) {
    if (<i32>load<u8>(slot, KEY_LENGTH) == length && isText(slot, from, length)) return slot;
    number = slotNumber(number + 1);
    slot = KEYS + number * KEY_BYTES;
  }
  return 0;
}

function slotNumber(hash: i32): i32 {
  return hash & (KEYS_SLOTS - 1);
}

function isText(slot: i32, from: i32, length: i32): bool {
  for (let i = 0; i < length; i++) if (load<u8>(slot + i) != load<u8>(from + i)) return false;
  return true;
}
