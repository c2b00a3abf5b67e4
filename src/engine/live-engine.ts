import type { Analyser } from '../analyse/analyser.ts';
import type { AnalyseJob } from '../analyse/load-rows.ts';
import type { Anomaly } from '../domain/anomaly.ts';
import type { WindowAnalysis } from '../domain/cluster.ts';
import type { AnomalyLog } from '../live/anomaly-log.ts';
import type { BufferedService } from '../live/row-buffer.ts';
import type { ServiceRows } from '../live/shard-protocol.ts';
import type { ShardSet } from '../live/shard-set.ts';
import type { LiveClusters } from '../live/retraining.ts';
import type { CredentialStore } from '../serve/credential-store.ts';
import type { DetectRequest, Engine, Readiness } from '../serve/engine.ts';
import { Problem } from '../serve/problem.ts';
import type { TemplateAnswer } from '../serve/schemas/template.ts';
import type { ClustersAnswer, LiveClustersAnswer, TrainAnswer } from '../serve/schemas/clusters.ts';
import type { CredentialsAnswer, CredentialsBody } from '../serve/schemas/credentials.ts';
import type { DetectAnswer } from '../serve/schemas/detect.ts';
import type { DetectorQuery, DetectorReset, DetectorStatus } from '../serve/schemas/detector.ts';
import type { SourcesAnswer } from '../serve/schemas/sources.ts';
import { SOURCES } from '../serve/schemas/window-query.ts';
import type { SourceName, WindowQuery } from '../serve/schemas/window-query.ts';
import { parseWindow, WindowError } from '../sources/window.ts';
import type { TimeWindow } from '../sources/window.ts';
import { detectAnswer, fileFields, hasWindow, instant, LISTED_MAX, templateAnswer, windowFields } from './answers.ts';
import { asProblem } from './source-problem.ts';

/** Clusters, and what reading a file met. */
type FileAnalysis = WindowAnalysis & Pick<ClustersAnswer, 'file'>;

type FileFormat = 'auto' | 'json' | 'csv' | 'text';

/** Windows that are scored at a time: each holds copies of the models it meets. */
const DETECTIONS_MAX = 4;
const STATUS_SERVICES = 100;

const DESCRIPTIONS: Readonly<Record<SourceName, string>> = {
  otlp: 'The rolling buffer of what came in over OTLP',
  file: 'A file of log lines: JSON, CSV or text; plain, gzip or zstd',
};

export interface LiveEngineOptions {
  shards: ShardSet;
  analyser: Analyser;
  anomalies: AnomalyLog;
  credentials: CredentialStore;
  defaultLookbackHours: number;
  liveClusters(): LiveClusters | undefined;
  readiness(): Readiness;
  nowMs(): number;
  onWindow(source: SourceName, outcome: 'ok' | 'failed', seconds: number): void;
}

/** Answers REST from the running system: windows by the analyser, models by the shards. */
export class LiveEngine implements Engine {
  readonly #options: LiveEngineOptions;
  #detections = 0;

  constructor(options: LiveEngineOptions) {
    this.#options = options;
  }

  get anomalies(): AnomalyLog {
    return this.#options.anomalies;
  }

  async clusters(query: WindowQuery, signal: AbortSignal): Promise<ClustersAnswer> {
    const window = this.#window(query);
    const analysis = await this.#withJob(query, window, (job) => this.#analyse(job, query.source, signal));
    return { source: query.source, ...windowFields(query, window, analysis), ...analysis };
  }

  async train(query: WindowQuery, signal: AbortSignal): Promise<TrainAnswer> {
    const window = this.#window(query);
    const { analyser, shards, nowMs } = this.#options;
    const isLive = query.source === 'otlp';
    const known = isLive ? await this.#knownServices() : new Set<string>();
    const [analysis, learnt] = await this.#withJob(query, window, async (job) => {
      const found = await this.#analyse(job, query.source, signal);
      const batches = without(known, analyser.streamRows(job, signal));
      return [found, await shards.learn(batches, nowMs)] as const;
    });
    const trainedOn = isLive ? analysis.log_count : learnt;
    const detector = await this.detectorStatus({ limit: STATUS_SERVICES });
    const fields = windowFields(query, window, analysis);
    return { source: query.source, ...fields, ...analysis, trained_on: trainedOn, detector };
  }

  async detect(request: DetectRequest, signal: AbortSignal): Promise<DetectAnswer> {
    const { trained } = await this.detectorStatus({ limit: 0 });
    if (!trained) {
      const detail =
        'no service has a model yet: send logs over OTLP, or POST /clusters/train with a window to learn from';
      throw new Problem(409, 'not_trained', detail);
    }
    if (this.#detections >= DETECTIONS_MAX) {
      const detail = `${DETECTIONS_MAX} windows are being scored already; try again when one has finished`;
      throw new Problem(503, 'busy', detail, { retryAfterSeconds: 2 });
    }
    this.#detections++;
    try {
      return await this.#detect(request, signal);
    } finally {
      this.#detections--;
    }
  }

  liveClusters(): LiveClustersAnswer {
    const live = this.#options.liveClusters();
    if (live === undefined) {
      const nothing = { log_count: 0, cluster_count: 0, truncated: false, clusters: [] };
      return { source: 'otlp', retrained_at: null, start: null, end: null, ...nothing };
    }
    const { trainedAt, seconds: _seconds, ...analysis } = live;
    // As there may be 200,000 clusters, Math.min cannot take them as arguments.
    const firstSeen = analysis.clusters.reduce((first, cluster) => Math.min(first, cluster.firstSeen), Infinity);
    return {
      source: 'otlp',
      retrained_at: instant(trainedAt),
      start: firstSeen === Infinity ? null : instant(firstSeen),
      end: instant(trainedAt),
      ...analysis,
    };
  }

  async detectorStatus({ service, limit }: DetectorQuery): Promise<DetectorStatus> {
    const status = await this.#options.shards.status({ service, limit });
    return {
      trained: status.lineCount > 0,
      service_count: status.serviceCount,
      learning_count: status.learningCount,
      template_count: status.templateCount,
      line_count: status.lineCount,
      services: status.services,
      truncated: service === undefined && status.services.length < status.serviceCount,
    };
  }

  async resetDetector(): Promise<DetectorReset> {
    const { serviceCount } = await this.#options.shards.status({ limit: 0 });
    await this.#options.shards.reset();
    return { reset: true, services_removed: serviceCount };
  }

  async template(fingerprint: string): Promise<TemplateAnswer> {
    const known = await this.#options.shards.template(fingerprint);
    if (known !== undefined) return templateAnswer(known);
    const detail = `no live service has a template with the fingerprint ${fingerprint}, now or before`;
    throw new Problem(404, 'not_found', detail);
  }

  sources(): SourcesAnswer {
    return {
      sources: SOURCES.map((source) => ({
        source,
        configured: source === 'otlp' || this.#options.credentials.isConfigured(source),
        description: DESCRIPTIONS[source],
      })),
    };
  }

  setCredentials(body: CredentialsBody): CredentialsAnswer {
    return this.#options.credentials.set(body);
  }

  listCredentials(): CredentialsAnswer {
    return this.#options.credentials.list();
  }

  clearCredentials(source: string | undefined): CredentialsAnswer {
    return this.#options.credentials.clear(source);
  }

  ready(): Readiness {
    return this.#options.readiness();
  }

  async #detect(request: DetectRequest, signal: AbortSignal): Promise<DetectAnswer> {
    const { analyser, shards } = this.#options;
    const found: Anomaly[] = [];
    let count = 0;
    const score = (batches: AsyncIterable<ServiceRows[]>) =>
      shards.detect(batches, (anomaly) => {
        if (count++ < LISTED_MAX) found.push(anomaly);
      });
    if ('logs' in request) {
      const scored = await asProblem(() => score(analyser.streamRows({ source: 'rows', rows: request.logs }, signal)));
      return detectAnswer('request', null, scored, count, found);
    }
    const window = this.#window(request.window);
    const scored = await this.#withJob(request.window, window, (job) => score(analyser.streamRows(job, signal)));
    const { source } = request.window;
    const lookbackHours = source === 'file' && !hasWindow(request.window) ? null : window.lookbackHours;
    return detectAnswer(source, lookbackHours, scored, count, found);
  }

  /** Services that have learnt rows live: teaching them the buffer's rows again would count those twice. */
  async #knownServices(): Promise<Set<string>> {
    const { services } = await this.#options.shards.status({ limit: Number.MAX_SAFE_INTEGER });
    return new Set(services.map(({ service }) => service));
  }

  async #analyse(job: AnalyseJob, source: SourceName, signal: AbortSignal): Promise<FileAnalysis> {
    const { analyser, nowMs, onWindow } = this.#options;
    const startedMs = nowMs();
    let outcome: 'ok' | 'failed' = 'failed';
    try {
      const { file, ...analysis } = await analyser.analyse(job, signal);
      outcome = 'ok';
      return file === undefined ? analysis : { ...analysis, file: fileFields(file) };
    } finally {
      onWindow(source, outcome, (nowMs() - startedMs) / 1000);
    }
  }

  #window(query: WindowQuery): TimeWindow {
    const { nowMs, defaultLookbackHours } = this.#options;
    try {
      return parseWindow(query, { nowMs: nowMs(), defaultLookbackHours });
    } catch (error) {
      if (error instanceof WindowError) throw new Problem(400, 'bad_window', error.message, { cause: error });
      throw error;
    }
  }

  /** The buffer is lent for as long as `use` runs. */
  #withJob<Result>(query: WindowQuery, window: TimeWindow, use: (job: AnalyseJob) => Promise<Result>): Promise<Result> {
    const { startMs, endMs } = window;
    if (query.source === 'file') {
      const file = fileOf(this.#options.credentials);
      // Without a window in the query a file is taken whole: its lines are rarely of the last hours.
      const bounds = hasWindow(query) ? { startMs, endMs } : {};
      return asProblem(() => use({ source: 'file', ...file, ...bounds }));
    }
    const useBuffer = (services: BufferedService[]) => use({ source: 'packed', services, startMs, endMs });
    return asProblem(() => this.#options.shards.withBuffer(this.#options.nowMs(), useBuffer));
  }
}

/** What `POST /credentials` or the environment says of the file source. */
function fileOf(credentials: CredentialStore): { path: string; format: FileFormat; service: string | undefined } {
  const values = credentials.values('file');
  const path = values.get('path');
  if (path === undefined) {
    const detail = 'source "file" is not configured: set FILE_PATH, or POST /credentials with its path';
    throw new Problem(400, 'source_not_configured', detail);
  }
  return { path, format: (values.get('format') ?? 'auto') as FileFormat, service: values.get('service') };
}

async function* without(
  services: ReadonlySet<string>,
  batches: AsyncIterable<ServiceRows[]>,
): AsyncGenerator<ServiceRows[], void, undefined> {
  for await (const batch of batches) yield batch.filter(({ service }) => !services.has(service));
}
