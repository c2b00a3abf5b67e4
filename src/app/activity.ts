import { ActivityLog } from '../live/activity-log.ts';
import { ServiceCounters } from '../live/service-counters.ts';
import type { ServiceCount } from '../live/service-counters.ts';
import type { AlertPathOptions, AlertRecord } from '../live/alert-path.ts';
import type { ShardSet } from '../live/shard-set.ts';
import type { ServicesAnswer } from '../serve/schemas/services.ts';

const SERVICES_MAX = 200;
const BUCKET_MS = 10_000;
const BUCKETS = 360;
const REVIEW_MS = 3_600_000;

/** What the services have been doing for the last hour, for people who look. */
export interface AppActivity {
  /** Asks the shards; called every few seconds. */
  sample(): Promise<void>;
  /** The same steps, with each anomaly counted. */
  counting(steps: Pick<AlertPathOptions, 'keep' | 'onRecord'>): Pick<AlertPathOptions, 'keep' | 'onRecord'>;
  answer(limit: number): Promise<ServicesAnswer>;
  /** Since the start, of the busiest and of all others together. */
  counts(): ServiceCount[];
}

export function createActivity(shards: ShardSet, namesMax: number, nowMs: () => number): AppActivity {
  const log = new ActivityLog({ servicesMax: SERVICES_MAX, bucketMs: BUCKET_MS, buckets: BUCKETS });
  const counters = new ServiceCounters({ servicesMax: namesMax, reviewMs: REVIEW_MS });
  const asked = Math.max(SERVICES_MAX, namesMax);
  const sample = async () => {
    const services = await shards.activity(asked, counters.names);
    const { recordsScored } = shards.stats();
    log.sample(nowMs(), services.slice(0, SERVICES_MAX), recordsScored);
    counters.sample(nowMs(), services, recordsScored);
  };
  return {
    sample,
    counting: ({ onRecord, ...steps }) => ({
      ...steps,
      onRecord(record: AlertRecord) {
        for (const { service } of record.anomalies) {
          log.anomaly(nowMs(), service);
          counters.anomaly(service);
        }
        onRecord?.(record);
      },
    }),
    counts: () => counters.read(),
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
