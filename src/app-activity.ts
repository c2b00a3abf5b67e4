import { ActivityLog } from './live/activity-log.ts';
import type { AlertPathOptions, AlertRecord } from './live/alert-path.ts';
import type { ShardSet } from './live/shard-set.ts';
import type { ServicesAnswer } from './serve/schemas/services.ts';

const SERVICES_MAX = 200;
const BUCKET_MS = 10_000;
const BUCKETS = 360;

/** What the services have been doing for the last hour, for people who look. */
export interface AppActivity {
  /** Asks the shards; called every few seconds. */
  sample(): Promise<void>;
  /** The same steps, with each anomaly counted. */
  counting(steps: Pick<AlertPathOptions, 'keep' | 'onRecord'>): Pick<AlertPathOptions, 'keep' | 'onRecord'>;
  answer(limit: number): Promise<ServicesAnswer>;
}

export function createActivity(shards: ShardSet, nowMs: () => number): AppActivity {
  const log = new ActivityLog({ servicesMax: SERVICES_MAX, bucketMs: BUCKET_MS, buckets: BUCKETS });
  const sample = async () => {
    const services = await shards.activity(SERVICES_MAX);
    log.sample(nowMs(), services, shards.stats().recordsScored);
  };
  return {
    sample,
    counting: ({ onRecord, ...steps }) => ({
      ...steps,
      onRecord(record: AlertRecord) {
        for (const { service } of record.anomalies) log.anomaly(nowMs(), service);
        onRecord?.(record);
      },
    }),
    async answer(limit) {
      await sample();
      const { startMs, ...activity } = log.read(nowMs(), limit);
      const { services, recordsScored } = shards.stats();
      return {
        service_count: services,
        line_count: recordsScored,
        start: new Date(startMs).toISOString(),
        bucket_seconds: BUCKET_MS / 1000,
        ...activity,
      };
    },
  };
}
