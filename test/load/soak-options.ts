import { parseArgs } from 'node:util';

export interface SoakOptions {
  minutes: number;
  /** Log records a second; undefined: half of what the service takes at most, as a ramp finds it. */
  rate: number | undefined;
}

const MINUTES = { default: 5, min: 0.25, max: 30 * 24 * 60 };
const RATE = { min: 100, max: 10_000_000 };

/** `--minutes N --rate N`. Throws with a sentence when it does not understand. */
export function readSoakOptions(args: string[]): SoakOptions {
  const { values } = parseArgs({ args, options: { minutes: { type: 'string' }, rate: { type: 'string' } } });
  const minutes = values.minutes === undefined ? MINUTES.default : numberIn('--minutes', values.minutes, MINUTES);
  return { minutes, rate: values.rate === undefined ? undefined : numberIn('--rate', values.rate, RATE) };
}

function numberIn(name: string, text: string, { min, max }: { min: number; max: number }): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= min && value <= max) return value;
  throw new Error(`${name} wants a number from ${min} to ${max}, got ${text}`);
}
