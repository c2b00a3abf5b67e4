import type { ServiceActivity } from './shard-protocol.ts';

/** What the services without a name here are counted as together. */
const OTHER_SERVICES = 'other';

export interface ServiceCount {
  service: string;
  records: number;
  anomalies: number;
}

export interface ServiceCountersOptions {
  /** Services that are counted under their own names. */
  servicesMax: number;
  /** Time after which a service that has become busier may take the place of another. */
  reviewMs: number;
}

interface Named {
  records: number;
  anomalies: number;
  /** What its shard had counted when it was looked at last. */
  seen: number;
}

/**
 * Counts the records and anomalies of some services under their names, and of all others together. Whoever comes while
 * there is room gets a name. It is kept until the next review, where a service with more than twice the records of the
 * least busy name since the review before takes its place; a name that comes back counts from 0. No count goes back.
 */
export class ServiceCounters {
  readonly #options: ServiceCountersOptions;
  readonly #named = new Map<string, Named>();
  readonly #other = { records: 0, anomalies: 0 };
  /** Records of all that have, or had, a name, while they had it. */
  #namedRecords = 0;
  /** Counts at the last review, of the services that were looked at then. */
  #reviewed = new Map<string, number>();
  #reviewedMs: number | undefined;

  constructor(options: ServiceCountersOptions) {
    this.#options = options;
  }

  get names(): string[] {
    return [...this.#named.keys()];
  }

  /**
   * Counts of now.
   * @param services Those with a name, and the busiest others, at least as many as may have a name.
   * @param allRecords Of all services together.
   */
  sample(nowMs: number, services: readonly ServiceActivity[], allRecords: number): void {
    for (const { service, records } of services) {
      const named = this.#named.get(service) ?? (records > 0 ? this.#admit(service) : undefined);
      if (named === undefined) continue;
      // A model that was wiped or lost counts from nothing again.
      const added = records >= named.seen ? records - named.seen : records;
      named.records += added;
      named.seen = records;
      this.#namedRecords += added;
    }
    // What all have counted is read later than what each has, so at first it may hold some that have a name.
    this.#other.records = Math.max(this.#other.records, allRecords - this.#namedRecords);
    this.#reviewedMs ??= nowMs;
    if (nowMs - this.#reviewedMs >= this.#options.reviewMs) this.#review(nowMs, services);
  }

  /** One of a service that may not have been looked at yet. */
  anomaly(service: string): void {
    (this.#named.get(service) ?? this.#admit(service) ?? this.#other).anomalies++;
  }

  /** At most `servicesMax` and the others. */
  read(): ServiceCount[] {
    const named = Array.from(this.#named, ([service, { records, anomalies }]) => ({ service, records, anomalies }));
    return [...named, { service: OTHER_SERVICES, ...this.#other }];
  }

  /** While there is room every service was given a name as it came: all of its records are since then. */
  #admit(service: string): Named | undefined {
    if (this.#named.size >= this.#options.servicesMax || service === OTHER_SERVICES) return undefined;
    const named = { records: 0, anomalies: 0, seen: 0 };
    this.#named.set(service, named);
    return named;
  }

  #review(nowMs: number, services: readonly ServiceActivity[]): void {
    const now = new Map(services.map(({ service, records }) => [service, records]));
    const since = (service: string) => {
      const records = now.get(service) ?? 0;
      const before = this.#reviewed.get(service) ?? 0;
      return records >= before ? records - before : records;
    };
    const idlest = this.names.toSorted((a, b) => since(a) - since(b));
    // One that is called as the others together are is one of them.
    const busiest = [...this.#reviewed.keys()]
      .filter((service) => !this.#named.has(service) && service !== OTHER_SERVICES)
      .toSorted((a, b) => since(b) - since(a));
    for (const [place, service] of busiest.entries()) {
      const out = idlest[place];
      if (out === undefined || since(service) <= 2 * since(out)) break;
      this.#named.delete(out);
      this.#named.set(service, { records: 0, anomalies: 0, seen: now.get(service) ?? 0 });
    }
    this.#reviewed = now;
    this.#reviewedMs = nowMs;
  }
}
