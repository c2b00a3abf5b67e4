import type { Analyser, AnalyserResult, JobReport } from '../analyse/analyser.ts';
import type { AnalyseJob, PullReport } from '../analyse/load-rows.ts';
import type { Anomaly } from '../domain/anomaly.ts';
import type { WindowAnalysis } from '../domain/cluster.ts';
import type { ServiceRows } from '../live/shard-protocol.ts';
import type { ShardSet } from '../live/shard-set.ts';
import type { CallWatch, DetectRequest } from '../serve/engine.ts';
import { Problem } from '../serve/problem.ts';
import type { ClustersAnswer, TrainAnswer } from '../serve/schemas/clusters.ts';
import type { CompareAnswer, CompareQuery } from '../serve/schemas/compare.ts';
import type { DetectAnswer } from '../serve/schemas/detect.ts';
import type { WindowQuery } from '../serve/schemas/window-query.ts';
import { detectAnswer, fileFields, hasWindow, LISTED_MAX, sideFields, windowFields } from './answers.ts';
import { asProblem } from './source-problem.ts';
import type { TimeWindow } from '../sources/window.ts';
import type { WindowJobs } from './window-jobs.ts';

/** Windows that are scored at a time: each holds copies of the models it meets. */
const DETECTIONS_MAX = 4;

export interface WindowAnswersOptions {
  shards: ShardSet;
  analyser: Analyser;
  jobs: WindowJobs;
  nowMs(): number;
  onWindow(source: string, outcome: 'ok' | 'failed', seconds: number): void;
  onPull(source: string, report: PullReport): void;
  /** Told how each window went; nothing of one that its caller has given up. */
  onSource(source: string, error: unknown): void;
}

/** What is found in windows: their clusters, what models learn of them, what models find in them. */
export class WindowAnswers {
  readonly #options: WindowAnswersOptions;
  #detections = 0;

  constructor(options: WindowAnswersOptions) {
    this.#options = options;
  }

  async clusters(query: WindowQuery, watch: CallWatch): Promise<ClustersAnswer> {
    const { analyser, jobs } = this.#options;
    const window = jobs.window(query);
    const result = await this.#timed(query, watch, () =>
      jobs.with(query, window, (job) => analyser.analyse(job, { ...watch, series: query.series })),
    );
    return { source: query.source, ...windowFields(query, window, result), ...this.#reported(query, result) };
  }

  /** What has changed from one stretch of a source to another. */
  async compare(query: CompareQuery, watch: CallWatch): Promise<CompareAnswer> {
    const { analyser, jobs, onPull } = this.#options;
    const { source } = query;
    const { a, b } = jobs.windowPair(query);
    const result = await this.#timed(query, watch, () =>
      jobs.with({ source }, a, (job) => analyser.compare(atTime(job, a), atTime(job, b), watch)),
    );
    for (const { pull } of [result.a, result.b]) if (pull !== undefined) onPull(source, pull);
    return { source, a: sideFields(result.a), b: sideFields(result.b), ...result.comparison };
  }

  /** One reading of the window serves both its clusters and the models. */
  async train(query: WindowQuery, watch: CallWatch): Promise<Omit<TrainAnswer, 'detector'>> {
    const { analyser, shards, jobs, nowMs } = this.#options;
    const { tenant } = query;
    const window = jobs.window(query);
    const isLive = query.source === 'otlp' && tenant === undefined;
    const known = isLive ? await this.#knownServices() : new Set<string>();
    const [result, learnt] = await this.#timed(query, watch, () =>
      jobs.with(query, window, async (job) => {
        const found: AnalyserResult[] = [];
        const rows = analyser.streamRows(job, { ...watch, onAnalysis: (analysis) => found.push(analysis) });
        const count = await shards.learn(tenant, without(known, rows), nowMs);
        return [found[0] as AnalyserResult, count] as const;
      }),
    );
    const trainedOn = isLive ? result.log_count : learnt;
    const fields = windowFields(query, window, result);
    return { source: query.source, ...fields, ...this.#reported(query, result), trained_on: trainedOn };
  }

  async detect(request: DetectRequest, watch: CallWatch): Promise<DetectAnswer> {
    const tenant = 'logs' in request ? request.tenant : request.window.tenant;
    const { lineCount } = await this.#options.shards.status({ tenant, limit: 0 });
    if (lineCount === 0) {
      const whose = tenant === undefined ? 'no service' : `no service of tenant ${tenant}`;
      const detail =
        `${whose} has a model yet: ${tenant === undefined ? 'send logs over OTLP, or ' : ''}` +
        'POST /clusters/train with a window to learn from';
      throw new Problem(409, 'not_trained', detail);
    }
    if (this.#detections >= DETECTIONS_MAX) {
      const detail = `${DETECTIONS_MAX} windows are being scored already; try again when one has finished`;
      throw new Problem(503, 'busy', detail, { retryAfterSeconds: 2 });
    }
    this.#detections++;
    try {
      return await this.#detect(request, watch);
    } finally {
      this.#detections--;
    }
  }

  async #detect(request: DetectRequest, watch: CallWatch): Promise<DetectAnswer> {
    const { analyser, shards, jobs } = this.#options;
    const tenant = 'logs' in request ? request.tenant : request.window.tenant;
    const found: Anomaly[] = [];
    const reports: JobReport[] = [];
    let count = 0;
    const score = (job: AnalyseJob) =>
      shards.detect(
        tenant,
        analyser.streamRows(job, { ...watch, onReport: (report) => reports.push(report) }),
        (one) => {
          if (count++ < LISTED_MAX) found.push(one);
        },
      );
    if ('logs' in request) {
      const scored = await asProblem(() => score({ source: 'rows', rows: request.logs }));
      return detectAnswer('request', null, scored, count, found);
    }
    const query = request.window;
    const window = jobs.window(query);
    const scored = await this.#told(query.source, watch, () => jobs.with(query, window, score));
    const lookbackHours = query.source === 'file' && !hasWindow(query) ? null : window.lookbackHours;
    const pull = reports[0]?.pull;
    if (pull !== undefined) this.#options.onPull(query.source, pull);
    const answer = detectAnswer(query.source, lookbackHours, scored, count, found);
    return { ...answer, truncated: answer.truncated || pull?.truncated === true };
  }

  /** Services that have learnt rows live: teaching them the buffer's rows again would count those twice. */
  async #knownServices(): Promise<Set<string>> {
    const { services } = await this.#options.shards.status({ limit: Number.MAX_SAFE_INTEGER });
    return new Set(services.map(({ service }) => service));
  }

  async #timed<Result>(
    { source }: Pick<WindowQuery, 'source'>,
    watch: CallWatch,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const { nowMs, onWindow } = this.#options;
    const startedMs = nowMs();
    let outcome: 'ok' | 'failed' = 'failed';
    try {
      const result = await this.#told(source, watch, work);
      outcome = 'ok';
      return result;
    } finally {
      onWindow(source, outcome, (nowMs() - startedMs) / 1000);
    }
  }

  async #told<Result>(source: string, { signal }: CallWatch, work: () => Promise<Result>): Promise<Result> {
    const { onSource } = this.#options;
    try {
      const result = await work();
      onSource(source, undefined);
      return result;
    } catch (error) {
      if (!signal.aborted) onSource(source, error);
      throw error;
    }
  }

  /** The clusters, and what reading the rows met where that is told. */
  #reported(
    { source }: WindowQuery,
    { file, pull, ...analysis }: AnalyserResult,
  ): WindowAnalysis & Pick<ClustersAnswer, 'file' | 'pushdown'> {
    if (pull !== undefined) this.#options.onPull(source, pull);
    return {
      ...analysis,
      ...(file === undefined ? {} : { file: fileFields(file) }),
      ...(pull?.pushdown === undefined ? {} : { pushdown: pull.pushdown }),
    };
  }
}

/** The same job over that stretch, which of a file may begin with its first row; rows that were posted have none. */
function atTime(job: AnalyseJob, { startMs, endMs }: TimeWindow): AnalyseJob {
  if (job.source === 'rows') return job;
  const end = { endMs: Math.ceil(endMs) };
  return job.source === 'file' && startMs === -Infinity
    ? { ...job, ...end }
    : { ...job, startMs: Math.ceil(startMs), ...end };
}

async function* without(
  services: ReadonlySet<string>,
  batches: AsyncIterable<ServiceRows[]>,
): AsyncGenerator<ServiceRows[], void, undefined> {
  for await (const batch of batches) yield batch.filter(({ service }) => !services.has(service));
}
