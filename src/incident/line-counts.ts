import type { Anomaly, ReasonDetail } from '../domain/anomaly.ts';

/** Services that are counted apart, and stretches of one count. */
const SERVICES_MAX = 50;
const STRETCHES_MAX = 20;

interface ServiceLines {
  /** Lines that were told, and silent ones between two of them. */
  told: number;
  /** Lines by what they were counted as and since when; one line may be in several counts. */
  counts: Map<string, Map<number, number>>;
}

/**
 * At least how many lines an incident has. Those that are told come one by one; where counts say that there were more,
 * the largest of them holds, as several may have counted the same lines.
 */
export class LineCounts {
  readonly #services = new Map<string, ServiceLines>();
  /** Where it is not known any more which of them had which lines. */
  #together = false;

  /** An anomaly, and so many silent lines that belong to it. */
  add({ service, template, explanation }: Anomaly, silent: number): void {
    const lines = this.#of(service);
    const details = explanation?.details ?? [];
    // What is said of a service as a whole is no line.
    if (template !== '' || details.length === 0) lines.told += 1 + silent;
    for (const detail of details) if (countsLines(detail)) note(lines, nameOf(detail), detail.since, detail.observed);
  }

  /** So many lines that were not told came since the time given. */
  follow(service: string, since: number, lines: number): void {
    note(this.#of(service), '', since, lines);
  }

  get total(): number {
    let total = 0;
    for (const { told, counts } of this.#services.values()) {
      let most = told;
      for (const stretches of counts.values()) most = Math.max(most, sumOf(stretches));
      total += most;
    }
    return total;
  }

  absorb(other: LineCounts): void {
    for (const [service, { told, counts }] of other.#services) {
      const lines = this.#of(service);
      lines.told += told;
      for (const [name, stretches] of counts) {
        for (const [since, count] of stretches) note(lines, name, since, count);
      }
    }
  }

  restore(services: readonly string[], total: number): void {
    this.#together = services.length > 1;
    this.#of(services[0] ?? '').told = total;
  }

  #of(service: string): ServiceLines {
    const isApart = !this.#together && (this.#services.size < SERVICES_MAX || this.#services.has(service));
    const key = isApart ? service : '';
    let lines = this.#services.get(key);
    if (lines === undefined) this.#services.set(key, (lines = { told: 0, counts: new Map() }));
    return lines;
  }
}

/** Those of a rate that has dropped are lines that are well. */
function countsLines({ reason, scope }: ReasonDetail): boolean {
  return scope === 'service' && reason !== 'rate_drop';
}

/** What was counted, without the time for which it was. */
function nameOf({ unit }: ReasonDetail): string {
  return unit.replace(/ in \d+ s$/, '');
}

/** A count grows from telling to telling while its beginning stays. */
function note({ counts }: ServiceLines, name: string, since: number, count: number): void {
  let stretches = counts.get(name);
  if (stretches === undefined) counts.set(name, (stretches = new Map()));
  const before = stretches.get(since);
  if (before !== undefined || stretches.size < STRETCHES_MAX) stretches.set(since, Math.max(before ?? 0, count));
}

function sumOf(stretches: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const count of stretches.values()) sum += count;
  return sum;
}
