import { ArchiveWriter } from '../domain/archive/archive-writer.ts';
import { isOfTenant, overflowOwner } from '../domain/model-key.ts';
import type { ModelKey } from '../domain/model-key.ts';
import type { Detector, DetectorOptions } from '../score/detector.ts';
import { restoreSnapshot, SnapshotError, takeSnapshot } from '../score/snapshot.ts';
import { OVERFLOW_SERVICE } from './service-table.ts';
import type { ServiceTable } from './service-table.ts';
import type { RestoredModels, SavedModel, SnapshotCall, TakenModels } from './shard-protocol.ts';
import type { TenantModels } from './tenant-models.ts';

/** A shard's models on their way to where they are kept, and back. */
export class SavedModels {
  readonly #services: ServiceTable;
  readonly #tenants: TenantModels;
  readonly #options: DetectorOptions;
  readonly #writer = new ArchiveWriter();

  constructor(services: ServiceTable, tenants: TenantModels, options: DetectorOptions) {
    this.#services = services;
    this.#tenants = tenants;
    this.#options = options;
  }

  /** Snapshots of some that are due. */
  take({ shard, nowMs, savedBeforeMs, limit, again }: SnapshotCall): TakenModels {
    this.#services.saveAgain(again);
    this.#tenants.saveAgain(again);
    const models: SavedModel[] = [];
    for (const { key, detector, lastSeenMs } of this.#due(shard, savedBeforeMs, nowMs)) {
      const bytes = takeSnapshot(detector, this.#options, this.#writer);
      models.push({ ...key, savedMs: nowMs, lastSeenMs, bytes });
      if (models.length >= limit) break;
    }
    const gone = this.#services.takeGone().map((service) => ({ service }));
    return { models, gone: [...gone, ...this.#tenants.takeGone()] };
  }

  *#due(shard: number, savedBeforeMs: number, nowMs: number): IterableIterator<DueModel> {
    for (const { detector, lastSeenMs } of this.#services.unsaved(savedBeforeMs, nowMs)) {
      const { service } = detector;
      const key = service === OVERFLOW_SERVICE ? { owner: overflowOwner(shard), service } : { service };
      yield { key, detector, lastSeenMs };
    }
    for (const { tenant, detector, lastSeenMs } of this.#tenants.unsaved(savedBeforeMs, nowMs))
      yield { key: { owner: tenant, service: detector.service }, detector, lastSeenMs };
  }

  /**
   * Goes on with what was known when the snapshots were taken. The time since then is no silence of a live service; no
   * clock reaches what a tenant has taught.
   */
  restore(models: readonly SavedModel[], nowMs: number): RestoredModels {
    const refusals = new Set<string>();
    let restored = 0;
    for (const model of models) {
      try {
        this.#restore(model, nowMs);
        restored++;
      } catch (error) {
        if (!(error instanceof SnapshotError)) throw error;
        refusals.add(error.message);
      }
    }
    this.#services.sortByUse();
    this.#tenants.sortByUse();
    return { restored, refusals: [...refusals] };
  }

  #restore(model: SavedModel, nowMs: number): void {
    const { service, bytes, savedMs, lastSeenMs } = model;
    const detector = restoreSnapshot(service, this.#options, bytes);
    if (isOfTenant(model)) {
      this.#tenants.restore(model.owner, detector, lastSeenMs, nowMs);
      return;
    }
    detector.skip(Math.max(0, nowMs - savedMs));
    this.#services.restore(detector, lastSeenMs, nowMs);
  }
}

interface DueModel {
  key: ModelKey;
  detector: Detector;
  lastSeenMs: number;
}
