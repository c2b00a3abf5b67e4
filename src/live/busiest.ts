import type { ServiceActivity } from './shard-protocol.ts';

/** At most `limit` services, those with most lines first. One pass, as there may be 100,000 that have no place. */
export function busiest(services: Iterable<ServiceActivity>, limit: number): ServiceActivity[] {
  const found: ServiceActivity[] = [];
  for (const one of services) {
    if (found.length === limit && one.lines <= (found.at(-1)?.lines ?? 0)) continue;
    const place = found.findLastIndex((other) => other.lines >= one.lines) + 1;
    found.splice(place, 0, one);
    if (found.length > limit) found.pop();
  }
  return found;
}
