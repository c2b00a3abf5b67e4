import { shapeLine } from './line-shape';
import { maskKey } from './masked-line';
import {
  KEY,
  NOT_MASKED,
  REMEMBERED_BYTES,
  REMEMBERED_BYTES_MAX,
  REMEMBERED_NUMBERS,
  REMEMBERED_SETS,
  REMEMBERED_WAYS,
} from './layout';

// Lines that came before, by what they are known by. The readable definition is `line-cache.ts`.

const SET_BYTES: i32 = 128;
const WAY_BYTES: i32 = REMEMBERED_WAYS * 4;
const OWNER: i32 = WAY_BYTES;
const LENGTH: i32 = 2 * WAY_BYTES;
const VERSION: i32 = 3 * WAY_BYTES;
const TOKEN_COUNT: i32 = 4 * WAY_BYTES;
const CHAR_COUNT: i32 = 5 * WAY_BYTES;
const TURN: i32 = 6 * WAY_BYTES;

/** Of the line looked up last: its set, or -1 when it is too long to be remembered; its hash, owner and length. */
let set: i32 = -1;
let hash: i32 = 0;
let ownerOf: i32 = 0;
let length: i32 = 0;

/** Place of the line `[start, end)` among the remembered ones, by its shape, or to the letter where it has none; or -1. */
export function recallShape(start: i32, end: i32, owner: i32): i32 {
  const shapeEnd = shapeLine(start, end);
  if (shapeEnd != 0) return find(shapeEnd, -owner);
  if (end - start > REMEMBERED_BYTES_MAX) {
    set = -1;
    return -1;
  }
  for (let at = start, to = KEY; at < end; at += 16, to += 16) v128.store(to, v128.load(at));
  return find(KEY + (end - start), owner);
}

/**
 * Place of the line `[start, end)` among the remembered ones, by its masked text without what the owner's `filter` does
 * not know; -1, or {@link NOT_MASKED}.
 */
export function recallMasked(start: i32, end: i32, owner: i32, filter: i32): i32 {
  const maskedEnd = maskKey(start, end, filter);
  return maskedEnd == 0 ? NOT_MASKED : find(maskedEnd, -owner);
}

function find(end: i32, owner: i32): i32 {
  length = end - KEY;
  if (length > REMEMBERED_BYTES_MAX) {
    set = -1;
    return -1;
  }
  // Keys are compared and hashed by blocks.
  v128.store(end, i8x16.splat(0));
  ownerOf = owner;
  hash = hashOf(end, owner);
  set = (hash ^ (hash >>> 15)) & (REMEMBERED_SETS - 1);
  const numbers = REMEMBERED_NUMBERS + set * SET_BYTES;
  for (let way = 0; way < REMEMBERED_WAYS; way++) {
    const at = numbers + way * 4;
    if (load<i32>(at) != hash || load<i32>(at, OWNER) != owner || load<i32>(at, LENGTH) != length) continue;
    const place = set * REMEMBERED_WAYS + way;
    if (isKey(place, end)) return place;
  }
  return -1;
}

/** Remembers the line looked up last; its place, or -1 when it is too long. */
export function remember(version: i32, tokenCount: i32, charCount: i32): i32 {
  if (set < 0) return -1;
  const numbers = REMEMBERED_NUMBERS + set * SET_BYTES;
  let way = 0;
  while (way < REMEMBERED_WAYS) {
    const at = numbers + way * 4;
    if (load<i32>(at) == hash && load<i32>(at, OWNER) == ownerOf && load<i32>(at, LENGTH) == length) break;
    way++;
  }
  if (way == REMEMBERED_WAYS) {
    const turn = load<i32>(numbers, TURN);
    store<i32>(numbers, turn + 1, TURN);
    way = turn & (REMEMBERED_WAYS - 1);
  }
  const place = set * REMEMBERED_WAYS + way;
  const to = REMEMBERED_BYTES + place * REMEMBERED_BYTES_MAX;
  for (let at = 0; at < length; at += 16) v128.store(to + at, v128.load(KEY + at));
  const at = numbers + way * 4;
  store<i32>(at, hash);
  store<i32>(at, ownerOf, OWNER);
  store<i32>(at, length, LENGTH);
  store<i32>(at, version, VERSION);
  store<i32>(at, tokenCount, TOKEN_COUNT);
  store<i32>(at, charCount, CHAR_COUNT);
  return place;
}

export function forget(): void {
  memory.fill(REMEMBERED_NUMBERS, 0, REMEMBERED_SETS * SET_BYTES);
}

function isKey(place: i32, end: i32): bool {
  let own = REMEMBERED_BYTES + place * REMEMBERED_BYTES_MAX;
  for (let at = KEY; at < end; at += 16, own += 16)
    if (v128.any_true(v128.xor(v128.load(at), v128.load(own)))) return false;
  return true;
}

/** Equality is always proven on the bytes. */
function hashOf(end: i32, owner: i32): i32 {
  let sum: u64 = ((<u64>owner) << 32) ^ <u64>(end - KEY);
  for (let at = KEY; at < end; at += 8) {
    sum = (sum ^ load<u64>(at)) * 0x9e3779b97f4a7c15;
    sum ^= sum >> 32;
  }
  return <i32>sum;
}
