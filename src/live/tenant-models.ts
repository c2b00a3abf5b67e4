import { createDetector } from '../score/create-detector.ts';
import type { Detector, DetectorOptions } from '../score/detector.ts';

/**
 * Models that callers have trained for tenants of theirs, apart from the live ones and from each other's: no line over
 * OTLP reaches them, and no clock. At most `modelsMax`; the least recently used makes room, never another tenant's line.
 */
export class TenantModels {
  readonly #modelsMax: number;
  readonly #options: DetectorOptions;
  /** By tenant and service, in the order of last use. */
  readonly #models = new Map<string, { tenant: string; detector: Detector }>();
  #evicted = 0;

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

  /** The model of a tenant's service, made when there is none. */
  touch(tenant: string, service: string): Detector {
    const key = keyOf(tenant, service);
    const known = this.#models.get(key);
    const model = known ?? { tenant, detector: createDetector(service, this.#options) };
    if (known !== undefined) this.#models.delete(key);
    else if (this.#models.size >= this.#modelsMax) {
      this.#models.delete(this.#models.keys().next().value as string);
      this.#evicted++;
    }
    this.#models.set(key, model);
    return model.detector;
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
}

/** No tenant's name has a NUL in it (see the schema of `tenant`), so that no two pairs are one key. */
function keyOf(tenant: string, service: string): string {
  return `${tenant}\0${service}`;
}
