import { setImmediate as nextTurn } from 'node:timers/promises';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { MetricsSnapshot } from './metrics-snapshot.ts';
import type { SnapshotMetric } from './snapshot-metric.ts';
import { SNAPSHOT_METRICS } from './snapshot-metrics.ts';

export interface MetricsOptions {
  /** Called once a scrape; the parts keep plain numbers, so that counting costs the hot path an addition. */
  read(): MetricsSnapshot;
  version: string;
}

export interface Metrics {
  readonly contentType: string;
  /** One page for all that ask in a turn of the event loop: it costs a millisecond. */
  render(): Promise<string>;
  /** One export request that was scored, from its last byte until its sender may be told. */
  requestScored(transport: string, seconds: number): void;
  /** One window that was asked for. */
  windowAnalysed(source: string, outcome: 'ok' | 'failed', seconds: number): void;
  /** Why a window was not answered: a code of REST's problems. */
  windowFailed(source: string, reason: string): void;
  /** One window that was pulled from a store. */
  windowPulled(source: string, pull: PulledWindow): void;
  /** One alert, from the decision to tell a sink until it was told. */
  alertDelivered(sink: string, seconds: number): void;
}

export interface PulledWindow {
  rows: number;
  /** From the start of the pull; undefined when no row came. */
  firstRowSeconds: number | undefined;
  requests: number;
  /** Requests that were made again. */
  retries: number;
  /** Of a store that can count: whether it did. */
  pushdown?: { used: boolean } | undefined;
}

const PREFIX = 'halfspace_';

/** From a small request on an idle machine to one that its sender has given up on. */
const REQUEST_SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** From a small window to a file of many gigabytes. */
const WINDOW_SECONDS_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

/** From a tool next door to one that was away for hours. */
const ALERT_SECONDS_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 60, 300, 3600, 21_600];

/** Gauges of prom-client whose names end as only counters' may. */
const MISNAMED_DEFAULTS = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** The registry behind `/metrics`, in the text format of Prometheus. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  let snapshot = options.read();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED_DEFAULTS) registry.removeSingleMetric(name);
  for (const metric of SNAPSHOT_METRICS) registry.registerMetric(snapshotMetric(metric, () => snapshot));
  const requestSeconds = addRequestMetrics(registry);
  const windows = addWindowMetrics(registry);
  const pulls = addPullMetrics(registry);
  const alertSeconds = addAlertMetrics(registry);
  addBuildInfo(registry, options.version);
  let page: Promise<string> | undefined;
  return {
    contentType: registry.contentType,
    render() {
      page ??= nextTurn().then(() => {
        page = undefined;
        snapshot = options.read();
        return registry.metrics();
      });
      return page;
    },
    windowPulled(source, { rows, firstRowSeconds, requests, retries, pushdown }) {
      pulls.rows.inc({ source }, rows);
      pulls.requests.inc({ source }, requests);
      pulls.retries.inc({ source }, retries);
      if (pushdown !== undefined) pulls.pushdown.inc({ source, used: String(pushdown.used) });
      if (firstRowSeconds !== undefined) pulls.firstRow.observe({ source }, firstRowSeconds);
    },
    requestScored: (transport, seconds) => requestSeconds.observe({ transport }, seconds),
    alertDelivered: (sink, seconds) => alertSeconds.observe({ sink }, seconds),
    windowFailed: (source, reason) => windows.failures.inc({ source, reason }),
    windowAnalysed(source, outcome, seconds) {
      windows.analyses.inc({ source, outcome });
      windows.seconds.observe({ source }, seconds);
    },
  };
}

/** A metric that holds no value of its own: each scrape replaces what it shows by what the parts have counted. */
function snapshotMetric(metric: SnapshotMetric, read: () => MetricsSnapshot): Counter | Gauge {
  const settings = {
    name: PREFIX + metric.name,
    help: metric.help,
    labelNames: [...metric.labelNames],
    registers: [],
    collect(this: Counter | Gauge): void {
      this.reset();
      const samples = metric.samples(read());
      if (typeof samples === 'number') {
        this.inc(samples);
        return;
      }
      // reset() leaves a metric without labels at 0, which is not the same as having no value.
      if (samples.length === 0 && metric.labelNames.length === 0) this.remove();
      for (const { labels, value } of samples) this.inc(labels, value);
    },
  };
  return metric.type === 'counter' ? new Counter(settings) : new Gauge(settings);
}

function addRequestMetrics(registry: Registry): Histogram {
  return new Histogram({
    name: `${PREFIX}export_request_seconds`,
    help: 'Time from the last byte of an export request until all of it is scored, and kept, in seconds.',
    labelNames: ['transport'],
    buckets: REQUEST_SECONDS_BUCKETS,
    registers: [registry],
  });
}

function addWindowMetrics(registry: Registry): { analyses: Counter; failures: Counter; seconds: Histogram } {
  const analyses = new Counter({
    name: `${PREFIX}window_analyses_total`,
    help: 'Windows analysed, by source and outcome.',
    labelNames: ['source', 'outcome'],
    registers: [registry],
  });
  const failures = new Counter({
    name: `${PREFIX}window_failures_total`,
    help: 'Windows that could not be answered, by source and why.',
    labelNames: ['source', 'reason'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: `${PREFIX}window_analysis_seconds`,
    help: 'Time from the call for a window to its clusters, in seconds.',
    labelNames: ['source'],
    buckets: WINDOW_SECONDS_BUCKETS,
    registers: [registry],
  });
  return { analyses, failures, seconds };
}

function addAlertMetrics(registry: Registry): Histogram {
  return new Histogram({
    name: `${PREFIX}alert_delivery_seconds`,
    help: 'Time from the decision to tell a sink until it was told, in seconds.',
    labelNames: ['sink'],
    buckets: ALERT_SECONDS_BUCKETS,
    registers: [registry],
  });
}

function addPullMetrics(
  registry: Registry,
): Record<'rows' | 'requests' | 'retries' | 'pushdown', Counter> & { firstRow: Histogram } {
  const counter = (name: string, help: string) =>
    new Counter({ name: `${PREFIX}source_${name}_total`, help, labelNames: ['source'], registers: [registry] });
  return {
    rows: counter('rows', 'Rows pulled from stores, by source.'),
    requests: counter('requests', 'Requests made to stores, by source.'),
    retries: counter('retries', 'Requests to stores that were made again, by source.'),
    pushdown: new Counter({
      name: `${PREFIX}source_pushdown_windows_total`,
      help: 'Windows of stores that can count, by source and whether the store counted.',
      labelNames: ['source', 'used'],
      registers: [registry],
    }),
    firstRow: new Histogram({
      name: `${PREFIX}source_first_row_seconds`,
      help: 'Time from the start of a pull to its first row, in seconds.',
      labelNames: ['source'],
      buckets: WINDOW_SECONDS_BUCKETS,
      registers: [registry],
    }),
  };
}

function addBuildInfo(registry: Registry, version: string): void {
  const info = new Gauge({
    name: `${PREFIX}build_info`,
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node_version'],
    registers: [registry],
  });
  info.set({ version, node_version: process.versions.node }, 1);
}
