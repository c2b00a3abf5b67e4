import { ArchiveWriter } from '../domain/archive/archive-writer.ts';
import type { DetectorOptions } from '../score/detector.ts';
import { restoreSnapshot, SnapshotError, takeSnapshot } from '../score/snapshot.ts';
import type { ServiceTable } from './service-table.ts';
import type { RestoredModels, SavedModel, SnapshotCall, TakenModels } from './shard-protocol.ts';

/** A shard's models on their way to where they are kept, and back. */
export class SavedModels {
  readonly #services: ServiceTable;
  readonly #options: DetectorOptions;
  readonly #writer = new ArchiveWriter();

  constructor(services: ServiceTable, options: DetectorOptions) {
    this.#services = services;
    this.#options = options;
  }

  /** Snapshots of some services that are due. */
  take({ nowMs, savedBeforeMs, limit, again }: SnapshotCall): TakenModels {
    this.#services.saveAgain(again);
    const models: SavedModel[] = [];
    for (const { detector, lastSeenMs } of this.#services.unsaved(savedBeforeMs, nowMs)) {
      const bytes = takeSnapshot(detector, this.#options, this.#writer);
      models.push({ service: detector.service, savedMs: nowMs, lastSeenMs, bytes });
      if (models.length >= limit) break;
    }
    return { models, gone: this.#services.takeGone() };
  }

  /** Goes on with what was known when the snapshots were taken; the time since then is no silence. */
  restore(models: readonly SavedModel[], nowMs: number): RestoredModels {
    const refusals = new Set<string>();
    let restored = 0;
    for (const { service, savedMs, lastSeenMs, bytes } of models) {
      try {
        const detector = restoreSnapshot(service, this.#options, bytes);
        detector.skip(Math.max(0, nowMs - savedMs));
        this.#services.restore(detector, lastSeenMs, nowMs);
        restored++;
      } catch (error) {
        if (!(error instanceof SnapshotError)) throw error;
        refusals.add(error.message);
      }
    }
    this.#services.sortByUse();
    return { restored, refusals: [...refusals] };
  }
}
