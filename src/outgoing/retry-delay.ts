const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** A hint that asks for more patience than this ends the pull of a window, and is passed on. */
export const HINT_MS_MAX = 60_000;

/** Names under which services say how many seconds to wait. */
const SECONDS_HEADERS = [
  'x-ratelimit-reset-after',
  'x-ratelimit-reset',
  'ratelimit-reset',
  'x-rate-limit-reset',
  'x-sentry-rate-limit-reset',
];
/** A number above this is an instant in epoch seconds, below a length. */
const INSTANT_SECONDS_MIN = 1e9;

/**
 * Milliseconds before attempt `attempt` + 1 (the first attempt is 0): doubling, with up to half of it left to chance.
 *
 * @param patience factor to the first pause.
 */
export function backOffMs(
  attempt: number,
  random: () => number,
  firstMs = FIRST_MS,
  patience = 1,
  longestMs = LONGEST_MS,
): number {
  const full = Math.min(longestMs, firstMs * patience * 2 ** attempt);
  return full / 2 + (full / 2) * random();
}

/** Milliseconds that an answer asks to wait: `Retry-After` (RFC 9110) or a vendor's own header; undefined without. */
export function hintMs(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  nowMs: number,
): number | undefined {
  const after = first(headers['retry-after']);
  if (after !== undefined) {
    if (/^\d+(\.\d+)?$/.test(after)) return Number(after) * 1000;
    const instant = Date.parse(after);
    if (!Number.isNaN(instant)) return Math.max(0, instant - nowMs);
  }
  for (const name of SECONDS_HEADERS) {
    const text = first(headers[name]);
    if (text === undefined || !/^\d+(\.\d+)?$/.test(text)) continue;
    const seconds = Number(text);
    return seconds > INSTANT_SECONDS_MIN ? Math.max(0, seconds * 1000 - nowMs) : seconds * 1000;
  }
  return undefined;
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
