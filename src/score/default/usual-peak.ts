/** Two peaks nearer than this are one. */
const APART_MS = 600_000;
const MEMORY_MS = 8 * 3_600_000;

/** Places of a peak in an array of numbers. */
export const PEAK_NUMBERS = 4;
const FIRST = 0;
const FIRST_AT = 1;
const SECOND = 2;
const SECOND_AT = 3;

/**
 * The second highest of the peaks of the last hours, each at a time of its own: what a service does now and then, by
 * the clock or in a busy minute, is usual once it has been seen twice; a single outbreak never becomes so.
 */
export function usualPeak(numbers: Float64Array, at: number, nowMs: number): number {
  return numbers[at + SECOND]! * Math.exp(-(nowMs - numbers[at + SECOND_AT]!) / MEMORY_MS);
}

export function notePeak(numbers: Float64Array, at: number, value: number, nowMs: number): void {
  const ageMs = nowMs - numbers[at + FIRST_AT]!;
  if (ageMs < APART_MS) {
    if (value > numbers[at + FIRST]!) numbers[at + FIRST] = value;
  } else if (value > numbers[at + FIRST]! * Math.exp(-ageMs / MEMORY_MS)) {
    numbers[at + SECOND] = numbers[at + FIRST]!;
    numbers[at + SECOND_AT] = numbers[at + FIRST_AT]!;
    numbers[at + FIRST] = value;
    numbers[at + FIRST_AT] = nowMs;
  } else if (value > usualPeak(numbers, at, nowMs)) {
    numbers[at + SECOND] = value;
    numbers[at + SECOND_AT] = nowMs;
  }
}
