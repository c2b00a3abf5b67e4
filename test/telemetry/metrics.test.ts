import { describe, expect, test } from 'vitest';
import { countsByReason } from '../../src/domain/anomaly.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import type { MetricsSnapshot } from '../../src/telemetry/snapshot-metrics.ts';

function snapshotOf(over: Partial<MetricsSnapshot> = {}): MetricsSnapshot {
  return {
    recordsReceived: { grpc: 10, http: 20 },
    exportRequests: [
      { transport: 'grpc', outcome: 'ok', count: 3 },
      { transport: 'http', outcome: 'invalid_argument', count: 1 },
    ],
    recordsScored: 30,
    anomalies: { ...countsByReason(() => 0), anomaly_score: 1, new_template: 2, error_burst: 3 },
    services: 4,
    learningServices: 1,
    servicesEvicted: 0,
    tenantModels: 0,
    tenantModelsEvicted: 0,
    overflowRecords: 0,
    templates: 50,
    templatesEvicted: 6,
    inFlightBytes: 7,
    inFlightLimitBytes: 8,
    shardQueueRequests: 9,
    bufferBytes: 10,
    bufferRows: 11,
    bufferEvictedRows: 12,
    retrainings: { ok: 0, failed: 0 },
    retrainSeconds: undefined,
    lastRetrainTimestampSeconds: undefined,
    timestampsClamped: 13,
    droppedAttributes: 0,
    unresolvedValues: 0,
    streamSubscribers: 14,
    anomaliesExpected: 4,
    watchers: 6,
    streamGaps: 15,
    streamsDropped: 1,
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
  test('holds what the parts have counted', async () => {
    const page = await metricsOf().render();
    for (const line of [
      'halfspace_log_records_received_total{transport="grpc"} 10',
      'halfspace_log_records_received_total{transport="http"} 20',
      'halfspace_export_requests_total{transport="grpc",outcome="ok"} 3',
      'halfspace_export_requests_total{transport="http",outcome="invalid_argument"} 1',
      'halfspace_log_records_scored_total 30',
      'halfspace_anomalies_total{reason="error_burst"} 3',
      'halfspace_templates_evicted_total 6',
      'halfspace_in_flight_bytes 7',
      `halfspace_build_info{version="1.2.3",node_version="${process.versions.node}"} 1`,
    ]) {
      expect(page.split('\n')).toContain(line);
    }
  });

  test('is read afresh at each scrape, and a counter shows the total and not a sum of scrapes', async () => {
    const snapshot = snapshotOf();
    const metrics = metricsOf(snapshot);
    await metrics.render();
    snapshot.recordsScored = 31;
    expect(await metrics.render()).toContain('\nhalfspace_log_records_scored_total 31\n');
  });

  test('is there before anything has happened', async () => {
    const page = await metricsOf(snapshotOf({ exportRequests: [] })).render();
    expect(page).toContain('\n# TYPE halfspace_export_requests_total counter\n');
    expect(page).not.toContain('\nhalfspace_export_requests_total');
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
