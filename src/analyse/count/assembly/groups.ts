import { REMEMBERED_NUMBERS, REMEMBERED_WAYS } from '../../../mine/simd/assembly/layout';
import { recallShape, remember } from '../../../mine/simd/assembly/remembered-lines';
import {
  AT_END,
  BUCKETS,
  FIRST_MS,
  FROM,
  GROUP,
  GROUP_BUCKETS,
  GROUP_BYTES,
  GROUP_LAST_MS,
  GROUP_ROWS,
  GROUP_SAMPLE_MS,
  GROUPS,
  IS_OUTSIDE,
  LAST_MS,
  LEVEL,
  MAX_MS,
  MIN_MS,
  NEW_LINE,
  ROWS,
  SAMPLE,
  SERVICE,
  STATE,
  TIME,
  TO,
  WIDTH_MS,
} from './layout';

/** Bytes of a set of remembered lines, and where in it the number stands that was remembered with a line. */
const SET_BYTES: i32 = 128;
const NUMBER: i32 = 3 * REMEMBERED_WAYS * 4;

/** Counts a row whose message is `[start, end)`; what is behind the message stays as it is. */
export function takeRow(start: i32, end: i32, timeMs: f64, service: i32, level: i32): i32 {
  store<f64>(STATE, load<f64>(STATE, ROWS) + 1, ROWS);
  if (timeMs < load<f64>(STATE, MIN_MS)) store<f64>(STATE, timeMs, MIN_MS);
  if (timeMs > load<f64>(STATE, MAX_MS)) store<f64>(STATE, timeMs, MAX_MS);
  if (timeMs < load<f64>(STATE, FIRST_MS) || timeMs > load<f64>(STATE, LAST_MS)) store<i32>(STATE, 1, IS_OUTSIDE);
  if (load<i32>(STATE, IS_OUTSIDE) != 0) return AT_END;
  store<i32>(STATE, start, FROM);
  store<i32>(STATE, end, TO);
  store<f64>(STATE, timeMs, TIME);
  const behind = v128.load(end);
  const place = recallShape(start, end, ((service << 3) | level) + 1);
  v128.store(end, behind);
  if (place >= 0) return countRow(numberAt(place), timeMs);
  store<i32>(STATE, service, SERVICE);
  store<i32>(STATE, level, LEVEL);
  return NEW_LINE;
}

/** The row that was not known is one of the group, as all that are like it. */
export function rememberRow(group: i32, timeMs: f64): i32 {
  remember(group, 0, 0);
  return countRow(group, timeMs);
}

export function countRow(group: i32, timeMs: f64): i32 {
  const own = GROUPS + group * GROUP_BYTES;
  store<f64>(own, load<f64>(own, GROUP_ROWS) + 1, GROUP_ROWS);
  store<f64>(own, max(load<f64>(own, GROUP_LAST_MS), timeMs), GROUP_LAST_MS);
  const bucket = min(<i32>((timeMs - load<f64>(STATE, FIRST_MS)) / load<f64>(STATE, WIDTH_MS)), BUCKETS - 1);
  const counter = own + (bucket << 2);
  store<u32>(counter, load<u32>(counter, GROUP_BUCKETS) + 1, GROUP_BUCKETS);
  if (timeMs > load<f64>(own, GROUP_SAMPLE_MS)) return AT_END;
  store<i32>(STATE, group, GROUP);
  return SAMPLE;
}

function numberAt(place: i32): i32 {
  const set = place / REMEMBERED_WAYS;
  return load<i32>(REMEMBERED_NUMBERS + set * SET_BYTES + (place & (REMEMBERED_WAYS - 1)) * 4, NUMBER);
}
