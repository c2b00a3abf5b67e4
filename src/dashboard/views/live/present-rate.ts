import type { ServicesAnswer } from '../../../serve/schemas/services.ts';

/** What was counted of all services, and how each of them is. */
interface Counted extends Pick<ServicesAnswer, 'line_counts' | 'bucket_seconds'> {
  services: readonly Pick<ServicesAnswer['services'][number], 'state'>[];
}

/** Of a minute, or as many of them as have been counted in full. */
const BUCKETS = 6;

/**
 * Lines a second at present. Right after the start there is no minute yet: the counts of all services say since when
 * there are lines. The bucket in which they began is not a full one, nor is the last, which is the present; undefined until
 * there is one between them, and where a service was heard in the last minute whose lines are in no bucket yet.
 */
export function presentRate(
  counts: readonly number[],
  { line_counts: all, bucket_seconds: seconds, services }: Counted,
): number | undefined {
  const began = all.findIndex((count) => count > 0);
  if (began === -1) return services.every(({ state }) => state === 'quiet') ? 0 : undefined;
  const isWholeHour = began === 0;
  const full = counts.slice(Math.max(isWholeHour ? 0 : began + 1, counts.length - 1 - BUCKETS), -1);
  if (full.length === 0) return undefined;
  return full.reduce((sum, count) => sum + count, 0) / (full.length * seconds);
}

/** How the rate is written while nobody knows it. */
export const NOT_KNOWN = '…';
