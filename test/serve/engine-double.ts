import type { Retry } from '../../src/domain/retry.ts';
import type { Anomaly } from '../../src/domain/anomaly.ts';
import type { Cluster } from '../../src/domain/cluster.ts';
import type { ComparedTemplate } from '../../src/domain/comparison.ts';
import { fingerprint } from '../../src/domain/fingerprint.ts';
import type { LogRow } from '../../src/domain/row.ts';
import { AnomalyLog } from '../../src/live/anomaly-log.ts';
import { giveFeedback, removeFeedback } from '../../src/engine/feedback-answers.ts';
import { FeedbackBook } from '../../src/live/feedback-book.ts';
import { IncidentLog } from '../../src/live/incident-log.ts';
import { createCredentialStore } from '../../src/serve/credential-store.ts';
import type { DetectRequest, Engine, Readiness } from '../../src/serve/engine.ts';
import { Problem } from '../../src/serve/problem.ts';
import type { TemplateAnswer } from '../../src/serve/schemas/template.ts';
import type { SourcesAnswer } from '../../src/serve/schemas/sources.ts';
import type { WindowQuery } from '../../src/serve/schemas/window-query.ts';

/** An engine in memory with the real anomaly log and credential store; what it was asked stands in `calls`. */
export const RECEIVERS = {
  otlp_grpc_port: 4317,
  otlp_http_port: 4318,
  otlp_http_path: '/v1/logs',
  tls: false,
  client_certificate: false,
  token: true,
};

export interface EngineDouble extends Engine {
  anomalies: AnomalyLog;
  incidents: IncidentLog;
  trained: boolean;
  readiness: Readiness;
  /** Thrown by the next window that is asked for. */
  failure: unknown;
  /** Rows that the next windows tell on their way. */
  progress: number[];
  /** Told with them. */
  retry: Retry | undefined;
  /** Resolved before a window is answered. */
  gate: Promise<void>;
  calls: (DetectRequest | WindowQuery)[];
}

export function anomalyOf(over: Partial<Anomaly> = {}): Anomaly {
  const service = over.service ?? 'api';
  const template = over.template ?? 'user <NUM> failed';
  return {
    is_anomaly: true,
    reasons: ['new_template'],
    service,
    template,
    template_id: 1,
    fingerprint: fingerprint(service, template),
    hst_score: 0.75,
    timestamp: Date.UTC(2026, 10, 22),
    message: 'user 1234 failed',
    level: 'error',
    ...over,
  };
}

export function rowOf(over: Partial<LogRow> = {}): LogRow {
  return { timestamp: 1_700_000_000_000, message: 'user 1234 failed', level: 'error', service: 'api', ...over };
}

function clusterOf(): Cluster {
  return {
    id: 1,
    fingerprint: fingerprint('api', 'user <NUM> failed'),
    name: 'user <NUM> failed',
    service: 'api',
    x: 50,
    y: 5,
    size: 8,
    color: 'red',
    logCount: 1,
    isAnomaly: true,
    avgScore: 1,
    firstSeen: 1_700_000_000_000,
    lastSeen: 1_700_000_000_000,
    template: 'user <NUM> failed',
    logs: [rowOf({ message: 'say "hi" \u2028 <script>\ud800' })],
    levels: { error: 1 },
    isolationDepth: 3,
  };
}

function comparedOf(): ComparedTemplate {
  return {
    fingerprint: fingerprint('api', 'user <NUM> failed'),
    service: 'api',
    template: 'user <NUM> failed',
    change: 'new',
    count_a: 0,
    count_b: 1,
    rate_a: 0,
    rate_b: 0.5,
    ratio: null,
    p_value: 0.04,
    levels_a: {},
    levels_b: { error: 1 },
    is_anomaly_a: false,
    is_anomaly_b: true,
    x: 5,
    y: 5,
  };
}

function templateOf(): TemplateAnswer {
  return {
    fingerprint: fingerprint('api', 'user <*> failed'),
    service: 'api',
    template: 'user <*> failed',
    template_id: 1,
    count: 300,
    first_seen: 1_700_000_000_000,
    last_seen: null,
    rate_per_minute: 2.5,
    levels: { error: 300 },
    aliases: [fingerprint('api', 'user alice failed')],
    parameters: [
      {
        position: 0,
        observed: 20,
        distinct: 3,
        top: [{ value: '<script>', count: 9 }],
        quantiles: { min: 1, p50: 2, p90: 3, p99: 4, max: 5 },
      },
    ],
    lineage: [{ timestamp: 1, kind: 'merged', fingerprint: fingerprint('api', 'x'), template: 'x' }],
  };
}

function sourceOf(): SourcesAnswer['sources'][number] {
  const supports = {
    absolute_windows: true,
    whole: false,
    max_rows: false,
    pushdown: false,
    credentials_per_request: false,
  };
  return {
    source: 'otlp',
    title: 'OTLP',
    configured: true,
    description: 'the rolling buffer',
    credentials: [],
    supports,
  };
}

const window = { start: '2026-11-22T14:00:00.000Z', end: '2026-11-22T20:00:00.000Z' };
const analysis = { log_count: 1, cluster_count: 1, truncated: false, clusters: [clusterOf()] };
const services = [{ service: 'api', lines: 300, learning: false, templates: 2, templates_evicted: 0 }];
const status = {
  trained: true,
  service_count: 1,
  learning_count: 0,
  template_count: 2,
  line_count: 300,
  services,
  truncated: false,
};

export function createEngineDouble(ring = { entriesMax: 100, bytesMax: 1_000_000 }): EngineDouble {
  const credentials = createCredentialStore({
    options: new Map([
      [
        'file',
        [
          { key: 'path', variable: 'FILE_PATH', description: 'a file', required: true },
          { key: 'format', variable: 'FILE_FORMAT', description: 'how it is written' },
        ],
      ],
    ]),
    environment: new Map([['file', new Map([['format', 'json']])]]),
    check: (_source, key, value) =>
      key === 'format' && value !== 'json' ? 'credentials.format must be one of json' : undefined,
  });
  const feedback = new FeedbackBook({ entriesMax: 3, onChange: async () => {} });
  const engine: EngineDouble = {
    anomalies: new AnomalyLog(ring),
    incidents: new IncidentLog({ changesMax: 100, resolvedMax: 50 }),
    trained: true,
    readiness: { ready: true, reasons: [] },
    failure: undefined,
    progress: [],
    retry: undefined,
    gate: Promise.resolve(),
    calls: [],
    async clusters(query, { onProgress }) {
      for (const rows of engine.progress) onProgress?.(rows, 0, engine.retry);
      await asked(engine, query);
      return { source: query.source, window: query.window ?? '6h', lookback_hours: 6, ...window, ...analysis };
    },
    async compare({ source, a, b }) {
      await asked(engine, { source, start: a, end: b });
      const side = { ...window, log_count: 1, cluster_count: 1, truncated: false };
      const counts = { new: 1, gone: 0, more: 0, fewer: 0, same: 0 };
      return { source, a: side, b: side, counts, templates: [comparedOf()] };
    },
    async train(query, watch) {
      return { ...(await engine.clusters(query, watch)), trained_on: 1, detector: status };
    },
    async detect(request) {
      await asked(engine, request);
      if (!engine.trained) throw new Problem(409, 'not_trained', 'nothing has been trained yet: POST /clusters/train');
      const found = { anomaly_count: 1, truncated: false, anomalies: [{ id: 1, ...anomalyOf() }] };
      if ('logs' in request) return { source: 'request', lookback_hours: null, scored: request.logs.length, ...found };
      return { source: request.window.source, lookback_hours: 6, scored: 10, ...found };
    },
    liveClusters: () => ({ source: 'otlp', retrained_at: window.end, ...window, ...analysis }),
    services: async (limit) => ({
      service_count: 1,
      line_count: 300,
      start: window.start,
      bucket_seconds: 10,
      line_counts: [0, 300],
      anomaly_counts: [0, 2],
      services: [
        { service: 'api', state: 'bursting' as const, lines: 300, line_counts: [0, 300], anomaly_counts: [0, 2] },
      ].slice(0, limit),
    }),
    detectorStatus: async ({ limit }) => ({ ...status, services: services.slice(0, limit) }),
    async template(wanted) {
      if (wanted === templateOf().fingerprint) return templateOf();
      throw new Problem(404, 'not_found', `no live service has a template with the fingerprint ${wanted}`);
    },
    resetDetector: async () => ({ reset: true, services_removed: 1 }),
    sources: () => ({ sources: [sourceOf()] }),
    setCredentials: (body) => credentials.set(body),
    listCredentials: () => credentials.list(),
    clearCredentials: (source) => credentials.clear(source),
    sinks: () => ({
      sinks: [
        {
          name: 'team',
          type: 'slack',
          state: 'retrying',
          pending: 3,
          delivered: 2,
          failed: 1,
          refused: 0,
          given_up: 0,
          dropped: 0,
          superseded: 4,
          last_error: 'slack answered 500',
        },
      ],
    }),
    testSink: async (name) => {
      if (name !== 'team') throw new Problem(404, 'not_found', `no sink is named ${JSON.stringify(name)}`);
      return { sink: name, delivered: true, status: 200, ms: 12 };
    },
    listFeedback: () => ({ feedback: feedback.list() }),
    giveFeedback: (body) => giveFeedback(body, feedback, engine.incidents, 1_700_000_000_000),
    removeFeedback: (query) => removeFeedback(query, feedback),
    ready: () => engine.readiness,
    receivers: () => RECEIVERS,
    parts: () => [{ name: 'sink/chat', state: 'failed', detail: '3 pending', last_error: 'refused' }],
  };
  return engine;
}

async function asked(engine: EngineDouble, call: DetectRequest | WindowQuery): Promise<void> {
  engine.calls.push(call);
  await engine.gate;
  const { failure } = engine;
  engine.failure = undefined;
  if (failure !== undefined) throw failure as Error;
}
