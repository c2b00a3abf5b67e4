import { describe, expect, test } from 'vitest';
import { createShardStats, sumShardStats, writeShardStats } from '../../src/live/shard-stats.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import type { MetricsSnapshot } from '../../src/telemetry/metrics-snapshot.ts';

function snapshotOf(over: Partial<MetricsSnapshot> = {}): MetricsSnapshot {
  const shard = createShardStats();
  writeShardStats(shard, {
    recordsScored: 30,
    error_burst: 3,
    templates: 50,
    templatesEvicted: 6,
    bufferBytes: 10,
    newestEventMs: 1e12,
  });
  return {
    isReady: true,
    recordsReceived: { grpc: 10, http: 20 },
    bytesReceived: { grpc: 1000, http: 2000 },
    exportRequests: [
      { transport: 'grpc', outcome: 'ok', count: 3 },
      { transport: 'http', outcome: 'invalid_argument', count: 1 },
    ],
    stats: sumShardStats([shard, shard]),
    shards: [
      {
        shard: 'shard-0',
        restarts: 1,
        busySeconds: 2.5,
        waitedSeconds: 0.25,
        loopDelayP99Seconds: 0.01,
        loopDelayMaxSeconds: 0.5,
      },
    ],
    services: [
      { service: 'say "hi"\n\\', records: 20, anomalies: 2 },
      { service: 'other', records: 10, anomalies: 1 },
    ],
    eventTimeLagSeconds: 1.5,
    inFlightBytes: 7,
    inFlightLimitBytes: 8,
    shardQueueRequests: 9,
    bufferLimitBytes: 100,
    windowJobs: 1,
    certificate: undefined,
    isReloadOk: true,
    retrainings: { ok: 0, failed: 0 },
    retrainSeconds: undefined,
    lastRetrainTimestampSeconds: undefined,
    streamSubscribers: 14,
    watchers: 6,
    streamGaps: 15,
    streamsDropped: 1,
    restCallsRefused: { calls: 4, costlyCalls: 5, wrongSecrets: 6 },
    pipelinesEnded: { otlp_http: 7, rest: 8 },
    incidentsOpen: 2,
    incidentsOpened: 3,
    ownRecords: 2,
    sinks: [{ name: 'team', pending: 1, pendingBytes: 900, counts: { delivered: 5, failed: 2 } }],
    store: undefined,
    ...over,
  };
}

function metricsOf(snapshot: MetricsSnapshot = snapshotOf()) {
  return createMetrics({ read: () => snapshot, version: '1.2.3' });
}

/** Families of a page in the text format: name, type and sample lines. */
function familiesOf(page: string): { name: string; type: string; help: string; samples: string[] }[] {
  return page
    .split('# HELP ')
    .slice(1)
    .map((block) => {
      const [help = '', type = '', ...samples] = block.split('\n');
      const [name = ''] = help.split(' ');
      return { name, type: type.split(' ').at(-1) ?? '', help: help.slice(name.length + 1), samples };
    });
}

describe('the page', () => {
  test('is made once for all that ask at once, and anew for who asks later', async () => {
    let reads = 0;
    const metrics = createMetrics({
      version: '1.2.3',
      read: () => {
        reads++;
        return snapshotOf({ inFlightBytes: reads });
      },
    });
    const atStart = reads;
    const pages = await Promise.all([metrics.render(), metrics.render()]);
    expect(reads).toBe(atStart + 1);
    expect(pages[1]).toBe(pages[0]);
    expect(await metrics.render()).toContain(`halfspace_in_flight_bytes ${atStart + 2}`);
  });

  test('holds what the parts have counted', async () => {
    const page = await metricsOf().render();
    for (const line of [
      'halfspace_log_records_received_total{transport="grpc"} 10',
      'halfspace_log_records_received_total{transport="http"} 20',
      'halfspace_export_requests_total{transport="grpc",outcome="ok"} 3',
      'halfspace_export_requests_total{transport="http",outcome="invalid_argument"} 1',
      'halfspace_ready 1',
      'halfspace_received_bytes_total{transport="http"} 2000',
      'halfspace_log_records_scored_total 60',
      'halfspace_event_time_lag_seconds 1.5',
      String.raw`halfspace_service_log_records_total{service="say \"hi\"\n\\"} 20`,
      'halfspace_service_log_records_total{service="other"} 10',
      'halfspace_service_anomalies_total{service="other"} 1',
      'halfspace_shard_busy_seconds_total{shard="shard-0"} 2.5',
      'halfspace_shard_queue_delay_seconds{shard="shard-0"} 0.25',
      'halfspace_shard_event_loop_delay_max_seconds{shard="shard-0"} 0.5',
      'halfspace_shard_restarts_total{shard="shard-0"} 1',
      'halfspace_anomalies_total{reason="error_burst"} 6',
      'halfspace_templates_evicted_total 12',
      'halfspace_in_flight_bytes 7',
      'halfspace_rest_rate_limited_total{limit="costly_calls"} 5',
      `halfspace_build_info{version="1.2.3",node_version="${process.versions.node}"} 1`,
    ]) {
      expect(page.split('\n')).toContain(line);
    }
  });

  test('is read afresh at each scrape, and a counter shows the total and not a sum of scrapes', async () => {
    const snapshot = snapshotOf();
    const metrics = metricsOf(snapshot);
    await metrics.render();
    snapshot.stats.recordsScored = 31;
    expect(await metrics.render()).toContain('\nhalfspace_log_records_scored_total 31\n');
  });

  test('is there before anything has happened', async () => {
    const page = await metricsOf(snapshotOf({ exportRequests: [] })).render();
    expect(page).toContain('\n# TYPE halfspace_export_requests_total counter\n');
    expect(page).not.toContain('\nhalfspace_export_requests_total');
  });

  test('says nothing of the lag before the first line, nor of a store that is not there', async () => {
    const page = await metricsOf(snapshotOf({ eventTimeLagSeconds: undefined })).render();
    expect(page).not.toMatch(/^halfspace_event_time_lag_seconds/m);
    expect(page).not.toMatch(/^halfspace_store_/m);
    const databases = [
      {
        name: 'alerts',
        isOk: false,
        bytes: 5,
        commits: 4,
        commitSeconds: 0.5,
        failures: 3,
        lost: 2,
        damages: 1,
        damagedRows: 0,
      },
    ];
    const store = { databases, pendingWrites: 6, snapshotAgeSeconds: 7 };
    const kept = await metricsOf(snapshotOf({ store })).render();
    for (const line of [
      'halfspace_store_ok{store="alerts"} 0',
      'halfspace_store_lost_writes_total{store="alerts"} 2',
      'halfspace_store_pending_writes 6',
      'halfspace_store_snapshot_age_seconds 7',
    ])
      expect(kept.split('\n')).toContain(line);
  });

  test('has the time to the OK as a histogram', async () => {
    const metrics = metricsOf();
    metrics.requestScored('grpc', 0.02);
    const page = await metrics.render();
    expect(page).toContain('halfspace_export_request_seconds_bucket{le="0.025",transport="grpc"} 1');
    expect(page).toContain('halfspace_export_request_seconds_bucket{le="0.01",transport="grpc"} 0');
  });

  test('says nothing of a retraining before the first', async () => {
    expect(await metricsOf().render()).not.toMatch(/^halfspace_retrain_seconds/m);
    const page = await metricsOf(snapshotOf({ retrainSeconds: 1.5, lastRetrainTimestampSeconds: 1e9 })).render();
    expect(page).toContain('\nhalfspace_retrain_seconds 1.5\n');
    expect(page).toContain('\nhalfspace_last_retrain_timestamp_seconds 1000000000\n');
  });

  test('counts windows by source and outcome, with their duration', async () => {
    const metrics = metricsOf();
    metrics.windowAnalysed('file', 'ok', 0.2);
    metrics.windowAnalysed('file', 'failed', 2);
    const page = await metrics.render();
    expect(page).toContain('halfspace_window_analyses_total{source="file",outcome="ok"} 1');
    expect(page).toContain('halfspace_window_analyses_total{source="file",outcome="failed"} 1');
    expect(page).toContain('halfspace_window_analysis_seconds_count{source="file"} 2');
    expect(page).toContain('halfspace_window_analysis_seconds_bucket{le="0.25",source="file"} 1');
  });

  test('has the delay of the event loop and the memory and time of the process', async () => {
    const names = familiesOf(await metricsOf().render()).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'nodejs_eventloop_lag_p99_seconds',
        'process_resident_memory_bytes',
        'process_cpu_seconds_total',
      ]),
    );
  });
});

describe('names follow the conventions of Prometheus', () => {
  test('every family has a help, a valid name and a unit that is a base unit', async () => {
    for (const { name, help } of familiesOf(await metricsOf().render())) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(help).toMatch(/\S{2,} \S+/);
      expect(name).not.toMatch(/_(ms|milliseconds|minutes|hours|kb|mb|kilobytes|megabytes|percent)(_|$)/);
    }
  });

  test('counters, and only they, end in _total', async () => {
    for (const { name, type } of familiesOf(await metricsOf().render())) {
      expect({ name, isCounter: type === 'counter' }).toEqual({ name, isCounter: name.endsWith('_total') });
    }
  });

  test('ours begin with halfspace_ and hold no type in their name', async () => {
    const families = familiesOf(await metricsOf().render());
    const ours = families.filter(({ name }) => !/^(process|nodejs)_/.test(name));
    expect(ours.length).toBeGreaterThan(20);
    for (const { name } of ours) expect(name).toMatch(/^halfspace_(?!.*_(counter|gauge|histogram|summary)(_|$))/);
  });
});
