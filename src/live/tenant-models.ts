import type { ModelKey } from '../domain/model-key.ts';
import { createDetector } from '../score/create-detector.ts';
import type { Detector, DetectorOptions } from '../score/detector.ts';
import type { SavedAgain } from './shard-protocol.ts';

interface TenantModel {
  tenant: string;
  detector: Detector;
  /** When it was taught last. */
  lastSeenMs: number;
  /** When its snapshot was taken last, 0 before the first; and whether it was taught anything since. */
  savedMs: number;
  isChanged: boolean;
}

/**
 * Models that callers have trained for tenants of theirs, apart from the live ones and from each other's: no line over
 * OTLP reaches them, and no clock. At most `modelsMax`; the least recently used makes room, never another tenant's line.
 */
export class TenantModels {
  readonly #modelsMax: number;
  readonly #options: DetectorOptions;
  /** By tenant and service, in the order of last use. */
  readonly #models = new Map<string, TenantModel>();
  #evicted = 0;
  readonly #gone: ModelKey[] = [];

  constructor(modelsMax: number, options: DetectorOptions) {
    this.#modelsMax = modelsMax;
    this.#options = options;
  }

  get size(): number {
    return this.#models.size;
  }

  /** Models that have made room for others. */
  get evicted(): number {
    return this.#evicted;
  }

  /** The model of a tenant's service, which is about to be taught; made when there is none. */
  touch(tenant: string, service: string, nowMs: number): Detector {
    const key = keyOf(tenant, service);
    const known = this.#models.get(key);
    const detector = known?.detector ?? createDetector(service, this.#options);
    if (known !== undefined) this.#models.delete(key);
    this.#models.set(key, { tenant, detector, lastSeenMs: nowMs, savedMs: known?.savedMs ?? 0, isChanged: true });
    this.#makeRoom();
    return detector;
  }

  peek(tenant: string, service: string): Detector | undefined {
    return this.#models.get(keyOf(tenant, service))?.detector;
  }

  *detectors(tenant: string): IterableIterator<Detector> {
    for (const model of this.#models.values()) if (model.tenant === tenant) yield model.detector;
  }

  /** Forgets the models of one tenant. */
  remove(tenant: string): void {
    for (const [key, model] of this.#models) if (model.tenant === tenant) this.#models.delete(key);
  }

  /** Models whose latest snapshot is older than `beforeMs` and no longer what they know; saved at `nowMs` from then on. */
  *unsaved(beforeMs: number, nowMs: number): IterableIterator<TenantModel> {
    for (const model of this.#models.values()) {
      if (!model.isChanged || model.savedMs > beforeMs) continue;
      model.isChanged = false;
      model.savedMs = nowMs;
      yield model;
    }
  }

  /** What was saved of them is lost. */
  saveAgain(again: SavedAgain): void {
    const lost = again === 'all' ? this.#models.values() : again.map(({ owner, service }) => this.#of(owner, service));
    for (const model of lost) if (model !== undefined) Object.assign(model, { isChanged: true, savedMs: 0 });
  }

  /** Models with a snapshot that have given up their place since this was asked last. */
  takeGone(): ModelKey[] {
    return this.#gone.splice(0);
  }

  /** Puts in a model of before, in any order until {@link sortByUse}. */
  restore(tenant: string, detector: Detector, lastSeenMs: number, savedMs: number): void {
    this.#models.set(keyOf(tenant, detector.service), { tenant, detector, lastSeenMs, savedMs, isChanged: false });
  }

  /** Orders by last use what was restored; where there are too many, the least recently used make room. */
  sortByUse(): void {
    const sorted = [...this.#models].toSorted(([, a], [, b]) => a.lastSeenMs - b.lastSeenMs);
    this.#models.clear();
    for (const [key, model] of sorted) this.#models.set(key, model);
    this.#makeRoom();
  }

  #of(owner: string | undefined, service: string): TenantModel | undefined {
    return owner === undefined ? undefined : this.#models.get(keyOf(owner, service));
  }

  #makeRoom(): void {
    for (const [key, { tenant, detector, savedMs }] of this.#models) {
      if (this.#models.size <= this.#modelsMax) return;
      this.#models.delete(key);
      if (savedMs > 0) this.#gone.push({ owner: tenant, service: detector.service });
      this.#evicted++;
    }
  }
}

/** No tenant's name has a NUL in it (see the schema of `tenant`), so that no two pairs are one key. */
function keyOf(tenant: string, service: string): string {
  return `${tenant}\0${service}`;
}
