import type { ServiceActivity } from './shard-protocol.ts';

/** At most `limit` services, those with most lines first. One pass, as there may be 100,000 that have no place. */
export function busiest(services: Iterable<ServiceActivity>, limit: number): ServiceActivity[] {
  const found: ServiceActivity[] = [];
  for (const { service, lines, learning } of services) {
    if (found.length === limit && lines <= (found.at(-1)?.lines ?? 0)) continue;
    const place = found.findLastIndex((other) => other.lines >= lines) + 1;
    found.splice(place, 0, { service, lines, learning });
    if (found.length > limit) found.pop();
  }
  return found;
}
