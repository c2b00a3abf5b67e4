/** Of a minute, or as many of them as have been counted in full. */
const BUCKETS = 6;

/**
 * Lines a second at present. Right after the start there is no minute yet: `all`, the counts of all services, say since
 * when there are lines. The bucket in which they began is not a full one, nor is the last, which is the present;
 * undefined until there is one between them, and where somebody `isHeard` whose lines are in no bucket yet.
 */
export function presentRate(
  counts: readonly number[],
  all: readonly number[],
  seconds: number,
  isHeard: boolean,
): number | undefined {
  const began = all.findIndex((count) => count > 0);
  if (began === -1) return isHeard ? undefined : 0;
  const isWholeHour = began === 0;
  const full = counts.slice(Math.max(isWholeHour ? 0 : began + 1, counts.length - 1 - BUCKETS), -1);
  if (full.length === 0) return undefined;
  return full.reduce((sum, count) => sum + count, 0) / (full.length * seconds);
}

/** Whether any of the services said a line in the last minute. */
export function isAnyHeard(services: readonly { state: string }[]): boolean {
  return services.some(({ state }) => state !== 'quiet');
}

/** How the rate is written while nobody knows it. */
export const NOT_KNOWN = '…';
