import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Incidents } from '../incident/incidents.ts';
import type { OutboxEntry } from '../domain/outbox.ts';
import { lastFound } from '../domain/resolution-words.ts';
import type { AlertPathOptions, AlertRecord } from '../live/alert-path.ts';
import type { AnomalyLog } from '../live/anomaly-log.ts';
import type { FeedbackBook } from '../live/feedback-book.ts';
import type { IncidentLog } from '../live/incident-log.ts';
import type { ShardSet, ShardSetOptions } from '../live/shard-set.ts';
import { Snapshots } from '../live/snapshots.ts';
import type { AlertSinks } from '../sinks/alert-sinks.ts';
import type { Stops } from './stops.ts';
import type { StoreCounts } from '../telemetry/metrics-snapshot.ts';
import { Store } from '../store/store.ts';
import { STORE_KINDS } from '../store/store-protocol.ts';
import type { StoreCondition, StoreKind } from '../store/store-protocol.ts';

/** What is kept over a restart, and the models' way into it. */
export interface Kept {
  readonly store: Store;
  /** Undefined before the shards have started. */
  snapshots: Snapshots | undefined;
  /** Writes the live clusters down again; undefined before there is retraining. */
  saveClusters: (() => void) | undefined;
  /** Id of the first anomaly, and number of the first change, of this process. */
  readonly nextAnomalyId: number;
  readonly nextChangeId: number;
}

/** Opens the folder; undefined where none is set. */
export async function openStore({ store: options }: Config, logger: Logger, stops: Stops): Promise<Kept | undefined> {
  if (options === undefined) return undefined;
  const kept: { current: Kept | undefined } = { current: undefined };
  const store = await Store.open({
    ...options,
    nowMs: Date.now,
    onNews(kind, { level, sentence, emptied }) {
      logger[level]({ store: kind }, sentence);
      if (emptied !== true) return;
      kept.current?.snapshots?.saveAll();
      kept.current?.saveClusters?.();
    },
  });
  stops.push(() => store.close());
  const { nextAnomalyId, nextChangeId } = store.restored;
  // Where it is not known which ids readers have seen, the clock gives some that nobody has.
  const unseen = Date.now();
  kept.current = {
    store,
    snapshots: undefined,
    saveClusters: undefined,
    nextAnomalyId: nextAnomalyId ?? unseen,
    nextChangeId: nextChangeId ?? unseen,
  };
  return kept.current;
}

/** The kept models as shards go on with them. */
export function keptModels({ store }: Kept, logger: Logger): NonNullable<ShardSetOptions['models']> {
  return {
    load: () => store.loadModels(),
    forget: (tenant) => store.forgetModels(tenant),
    nowMs: Date.now,
    onRestored(models, refusals) {
      if (models > 0) logger.info({ models }, 'models go on where they were');
      for (const refusal of refusals) logger.warn(`models start anew: ${refusal}`);
    },
  };
}

export function startSnapshots(kept: Kept, config: Config, shards: ShardSet, logger: Logger, stops: Stops): void {
  const snapshots = new Snapshots({
    shards: shards.clients,
    intervalMs: config.store?.snapshotIntervalMs ?? 0,
    nowMs: Date.now,
    modelCount() {
      const { services, tenantModels } = shards.stats();
      return services + tenantModels;
    },
    save: (models, gone) => kept.store.saveModels(models, gone),
    onFailure: (error) => logger.error({ err: error }, 'models could not be written down'),
  });
  kept.snapshots = snapshots;
  snapshots.start();
  stops.push(() => snapshots.stop());
}

/** Fills what is held in memory with what was kept. */
export async function restoreAlerts(
  { store, nextAnomalyId }: Kept,
  into: {
    anomalies: AnomalyLog;
    incidents: Incidents;
    incidentLog: IncidentLog;
    feedback: FeedbackBook;
    shards: ShardSet;
  },
): Promise<void> {
  const { batches, changes, incidents, feedback } = store.restored;
  into.anomalies.restore(batches, nextAnomalyId);
  into.incidentLog.restore(incidents, changes);
  const open = incidents.filter(({ state }) => state === 'open');
  into.incidents.restore(open.toSorted((a, b) => lastFound(a) - lastFound(b)));
  into.feedback.restore(feedback);
  await into.shards.mark(feedback.map(({ fingerprint, mark }) => [fingerprint, mark]));
  store.releaseRestored();
}

/** What becomes of a record: whom to tell is decided and kept with it, and told once that is done. */
export function alertSteps({
  kept,
  anomalies,
  incidentLog,
  sinks,
}: {
  kept: Kept | undefined;
  anomalies: AnomalyLog;
  incidentLog: IncidentLog;
  sinks(): AlertSinks | undefined;
}): Pick<AlertPathOptions, 'keep' | 'onRecord'> {
  const plan = (record: AlertRecord): OutboxEntry[] => sinks()?.plan(record) ?? [];
  if (kept === undefined) return { onRecord: (record) => sinks()?.enqueue(plan(record)) };
  const planned = new WeakMap<AlertRecord, OutboxEntry[]>();
  return {
    async keep(record) {
      const entries = plan(record);
      planned.set(record, entries);
      const held = { oldestAnomalyId: anomalies.firstId, oldestChangeId: incidentLog.firstId };
      await kept.store.keep(record, entries, held);
    },
    onRecord: (record) => sinks()?.enqueue(planned.get(record) ?? []),
  };
}

export function storeConditions({ store }: Kept): (StoreCondition & { kind: StoreKind })[] {
  return STORE_KINDS.map((kind) => ({ kind, ...store.condition(kind) }));
}

/** Sentences on what the store cannot do at present. */
export function storeProblems(kept: Kept | undefined): string[] {
  if (kept === undefined) return [];
  const details = storeConditions(kept)
    .filter(({ state }) => state !== 'ok')
    .map(({ state, detail }) => detail ?? state);
  return [...new Set(details)];
}

export function storeCounts(kept: Kept | undefined): StoreCounts | undefined {
  if (kept === undefined) return undefined;
  const { store, snapshots } = kept;
  const databases = STORE_KINDS.flatMap((name) => {
    const figures = store.figures(name);
    return figures === undefined ? [] : [{ name, isOk: store.condition(name).state === 'ok', ...figures }];
  });
  const savedMs = snapshots?.savedMs;
  return {
    databases,
    pendingWrites: store.pendingWrites,
    snapshotAgeSeconds: savedMs === undefined ? undefined : (Date.now() - savedMs) / 1000,
  };
}
