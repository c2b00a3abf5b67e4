import type { Logger } from 'pino';
import type { Analyser } from '../analyse/analyser.ts';
import type { Kept } from './store.ts';
import type { Failures } from './status.ts';
import type { Config } from '../config/config.ts';
import { packClusters, unpackClusters } from '../live/cluster-pieces.ts';
import { Retraining } from '../live/retraining.ts';
import type { LiveClusters } from '../live/retraining.ts';
import type { ShardSet } from '../live/shard-set.ts';
import type { Stops } from './stops.ts';

const WHOLE_BUFFER = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };

/** Mines the buffer at every interval; what it finds is kept where something is kept, and shown after a restart. */
export function startRetraining(
  config: Config,
  logger: Logger,
  parts: { shards: ShardSet; analyser: Analyser; failures: Failures; kept: Kept | undefined },
  stops: Stops,
): Retraining {
  const { shards, analyser, failures, kept } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  const save = kept === undefined ? undefined : saving(kept, logger);
  const retraining = new Retraining({
    intervalSeconds: config.live.retrainIntervalSeconds,
    bufferAgeMaxMs: config.live.bufferAgeMsMax,
    async analyseBuffer(at) {
      const analysis = await shards.withBuffer(at, (services) =>
        analyser.analyse({ source: 'packed', services, ...WHOLE_BUFFER }, { signal }),
      );
      failures.mend('retraining');
      return analysis;
    },
    nowMs: Date.now,
    onFailure(error) {
      if (signal.aborted) return;
      failures.note('retraining', error);
      logger.error({ err: error }, 'retraining failed; the clusters before stay');
    },
    ...(save === undefined ? {} : { onTrained: (clusters) => void save(clusters) }),
  });
  if (kept !== undefined) {
    kept.saveClusters = () => void (retraining.current !== undefined && save?.(retraining.current));
    void restoreClusters(kept, retraining, logger);
  }
  retraining.start();
  stops.push(async () => {
    // Nobody will see the result of a run under way: it is not waited for, and ends with the analyser's threads.
    stopping.abort();
    void retraining.stop();
  });
  return retraining;
}

/** Writes clusters down, one set after the other; of those that wait for a slow disk only the latest. */
function saving({ store }: Kept, logger: Logger): (clusters: LiveClusters) => Promise<void> {
  let waiting: LiveClusters | undefined;
  let running: Promise<void> | undefined;
  const saveAll = async () => {
    while (waiting !== undefined) {
      const clusters = waiting;
      waiting = undefined;
      const bytesMax = store.clusterBytesMax;
      // A cluster whose samples are too much for one text cannot be packed at all.
      const pieces = await packClusters(clusters, bytesMax).catch(() => undefined);
      if (pieces !== undefined) await store.saveClusters(pieces);
      else
        logger.warn(
          { clusters: clusters.cluster_count, bytesMax },
          'the live clusters are too many to be kept; those kept before stay',
        );
    }
    running = undefined;
  };
  return (clusters) => {
    waiting = clusters;
    return (running ??= saveAll());
  };
}

/** Does not hold up the start: clusters are for looking at. The error itself is not told, as it may quote log lines. */
async function restoreClusters({ store }: Kept, retraining: Retraining, logger: Logger): Promise<void> {
  const pieces = await store.loadClusters();
  const clusters = await unpackClusters(pieces).catch(() => undefined);
  if (clusters === undefined) {
    if (pieces.length > 0) logger.warn('the live clusters of before do not read as such; retraining makes new ones');
    return;
  }
  retraining.restore(clusters);
  logger.info(
    { clusters: clusters.cluster_count },
    'the live clusters of before stand until retraining has as much to go by',
  );
}
