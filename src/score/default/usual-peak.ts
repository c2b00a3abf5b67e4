import type { Archive } from '../../domain/archive/archive.ts';

/** Two peaks nearer than this are one. */
const APART_MS = 600_000;
const MEMORY_MS = 8 * 3_600_000;
/** So many times seen, or told as wrong, it is usual. */
const USUAL_TIMES = 2;
const USUAL_TIMES_TOLD = 3;

/** Of each peak its height, below 0 where it was told as wrong, and when it was; highest first. */
const SIZE = 2;
const TIME = 1;
/** Enough for those told and the present one. */
const PEAKS = USUAL_TIMES_TOLD + 1;
/** Places of the peaks in an array of numbers. */
export const PEAK_NUMBERS = PEAKS * SIZE;
/** Before version 5 there were two. */
export const PEAK_NUMBERS_4 = 2 * SIZE;

/**
 * What a service does now and then, by the clock or in a busy minute, is usual once it has been seen twice in the last
 * hours, each at a time of its own. What was told as wrong is one peak however long it went on, and is usual once it has
 * been told three times: an outbreak teaches less than what nobody minds, and what comes back for good is learnt.
 */
export function usualPeak(numbers: Float64Array, at: number, nowMs: number): number {
  let seen = 0;
  let told = 0;
  let toldMs = 0;
  for (let place = at; place < at + PEAK_NUMBERS; place += SIZE) {
    if (numbers[place]! >= 0) {
      if (++seen === USUAL_TIMES) return height(numbers, place, nowMs);
    } else if (!isPresent(numbers, place, nowMs)) {
      toldMs = Math.max(toldMs, numbers[place + TIME]!);
      if (++told === USUAL_TIMES_TOLD) return -numbers[place]! * kept(nowMs - toldMs);
    }
  }
  return 0;
}

/** `isTold` while something of the service was told as wrong and goes on. */
export function notePeak(numbers: Float64Array, at: number, value: number, nowMs: number, isTold: boolean): void {
  // Mostly the present peak is the highest, or too low to be remembered.
  if (!isTold && value <= Math.abs(numbers[at]!) && isPresent(numbers, at, nowMs)) return;
  const isHigh = exceeds(value, numbers, at + PEAK_NUMBERS - SIZE, nowMs);
  if (isHigh || isTold) take(numbers, at, value, nowMs, isHigh, isTold);
}

function take(numbers: Float64Array, at: number, value: number, nowMs: number, isHigh: boolean, isTold: boolean): void {
  const last = at + PEAK_NUMBERS - SIZE;
  let place = at;
  while (place < last && !isPresent(numbers, place, nowMs)) place += SIZE;
  if (!isPresent(numbers, place, nowMs)) {
    if (!isHigh) return;
    numbers[place] = isTold ? -value : value;
    numbers[place + TIME] = nowMs;
  } else {
    const wasTold = numbers[place]! < 0;
    const most = Math.max(Math.abs(numbers[place]!), value);
    numbers[place] = isTold || wasTold ? -most : most;
    if (isTold) numbers[place + TIME] = nowMs;
  }
  for (; place > at && isHigher(numbers, place, place - SIZE, nowMs); place -= SIZE) swap(numbers, place, place - SIZE);
}

/** The peaks in an array of nothing else, of which older versions have fewer. */
export function archivePeaks(state: Archive, numbers: Float64Array): void {
  if (!state.isOlderThan(5)) {
    state.numbers(numbers);
    return;
  }
  const places = numbers.length / PEAK_NUMBERS;
  const old = new Float64Array(places * PEAK_NUMBERS_4);
  state.numbers(old);
  for (let i = 0; i < places; i++)
    numbers.set(old.subarray(i * PEAK_NUMBERS_4, (i + 1) * PEAK_NUMBERS_4), i * PEAK_NUMBERS);
}

/** Whether it is not over for long: what is noted now belongs to it. */
function isPresent(numbers: Float64Array, place: number, nowMs: number): boolean {
  return nowMs - numbers[place + TIME]! < APART_MS;
}

/** Whether a value is above a peak's height, seen without an exponential where it is far from it. */
function exceeds(value: number, numbers: Float64Array, place: number, nowMs: number): boolean {
  const most = Math.abs(numbers[place]!);
  if (value > most) return true;
  if (value <= most * (1 - (nowMs - numbers[place + TIME]!) / MEMORY_MS)) return false;
  return value > height(numbers, place, nowMs);
}

function height(numbers: Float64Array, place: number, nowMs: number): number {
  return Math.abs(numbers[place]!) * kept(nowMs - numbers[place + TIME]!);
}

function kept(ms: number): number {
  return Math.exp(-ms / MEMORY_MS);
}

function isHigher(numbers: Float64Array, a: number, b: number, nowMs: number): boolean {
  return height(numbers, a, nowMs) > height(numbers, b, nowMs);
}

function swap(numbers: Float64Array, a: number, b: number): void {
  for (let i = 0; i < SIZE; i++) {
    const one = numbers[a + i]!;
    numbers[a + i] = numbers[b + i]!;
    numbers[b + i] = one;
  }
}
