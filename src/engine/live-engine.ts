import type { AnomalyLog } from '../live/anomaly-log.ts';
import type { FeedbackBook } from '../live/feedback-book.ts';
import type { IncidentLog } from '../live/incident-log.ts';
import type { LiveClusters } from '../live/retraining.ts';
import type { ShardSet } from '../live/shard-set.ts';
import type { CredentialStore } from '../serve/credential-store.ts';
import type { CallWatch, DetectRequest, Engine, Readiness } from '../serve/engine.ts';
import { Problem } from '../serve/problem.ts';
import type { ClustersAnswer, LiveClustersAnswer, TrainAnswer } from '../serve/schemas/clusters.ts';
import type { CompareAnswer, CompareQuery } from '../serve/schemas/compare.ts';
import type { CredentialsAnswer, CredentialsBody } from '../serve/schemas/credentials.ts';
import type { DetectAnswer } from '../serve/schemas/detect.ts';
import type { DetectorQuery, DetectorReset, DetectorStatus } from '../serve/schemas/detector.ts';
import type { FeedbackAnswer, FeedbackBody, FeedbackQuery } from '../serve/schemas/feedback.ts';
import type { StatusAnswer } from '../serve/schemas/health.ts';
import type { ServicesAnswer } from '../serve/schemas/services.ts';
import type { SinksAnswer, SinkTestAnswer } from '../serve/schemas/sinks.ts';
import type { SourcesAnswer } from '../serve/schemas/sources.ts';
import type { TemplateAnswer } from '../serve/schemas/template.ts';
import type { WindowQuery } from '../serve/schemas/window-query.ts';
import type { AlertSinks } from '../sinks/alert-sinks.ts';
import { CATALOGUE } from '../sources/catalogue.ts';
import { instant, templateAnswer } from './answers.ts';
import { feedbackAnswer, giveFeedback, removeFeedback } from './feedback-answers.ts';
import { sinksAnswer, testSink } from './sink-answers.ts';
import type { WindowAnswers } from './window-answers.ts';

const STATUS_SERVICES = 100;

export interface LiveEngineOptions {
  shards: ShardSet;
  windows: WindowAnswers;
  anomalies: AnomalyLog;
  incidents: IncidentLog;
  feedback: FeedbackBook;
  credentials: CredentialStore;
  /** Undefined without an alerts file. */
  sinks: AlertSinks | undefined;
  services(limit: number): Promise<ServicesAnswer>;
  liveClusters(): LiveClusters | undefined;
  readiness(): Readiness;
  parts(): StatusAnswer['parts'];
  receivers(): StatusAnswer['receivers'];
  nowMs(): number;
}

/** Answers REST from the running system: windows by the analyser, models by the shards. */
export class LiveEngine implements Engine {
  readonly #options: LiveEngineOptions;

  constructor(options: LiveEngineOptions) {
    this.#options = options;
  }

  get anomalies(): AnomalyLog {
    return this.#options.anomalies;
  }

  get incidents(): IncidentLog {
    return this.#options.incidents;
  }

  clusters(query: WindowQuery, watch: CallWatch): Promise<ClustersAnswer> {
    return this.#options.windows.clusters(query, watch);
  }

  compare(query: CompareQuery, watch: CallWatch): Promise<CompareAnswer> {
    return this.#options.windows.compare(query, watch);
  }

  async train(query: WindowQuery, watch: CallWatch): Promise<TrainAnswer> {
    const answer = await this.#options.windows.train(query, watch);
    const { tenant } = query;
    const detector = await this.detectorStatus({ ...(tenant === undefined ? {} : { tenant }), limit: STATUS_SERVICES });
    return { ...answer, detector };
  }

  detect(request: DetectRequest, watch: CallWatch): Promise<DetectAnswer> {
    return this.#options.windows.detect(request, watch);
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

  services(limit: number): Promise<ServicesAnswer> {
    return this.#options.services(limit);
  }

  async detectorStatus({ tenant, service, limit }: DetectorQuery): Promise<DetectorStatus> {
    const status = await this.#options.shards.status({ tenant, service, limit });
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

  async resetDetector(tenant?: string): Promise<DetectorReset> {
    const { serviceCount } = await this.#options.shards.status({ tenant, limit: 0 });
    await this.#options.shards.reset(tenant);
    return { reset: true, services_removed: serviceCount };
  }

  async template(fingerprint: string): Promise<TemplateAnswer> {
    const known = await this.#options.shards.template(fingerprint);
    if (known !== undefined) return templateAnswer(known);
    const detail = `no live service has a template with the fingerprint ${fingerprint}, now or before`;
    throw new Problem(404, 'not_found', detail);
  }

  sources(): SourcesAnswer {
    const { credentials } = this.#options;
    const set = new Map(credentials.list().credentials.map(({ source, keys_set }) => [source, new Set(keys_set)]));
    return {
      sources: CATALOGUE.map(({ name, title, description, options, isLimited, pushdown = false }) => ({
        source: name,
        title,
        configured: options.length === 0 || credentials.isConfigured(name),
        description,
        credentials: options.map(({ key, variable, description: about, required = false, secret = false }) => ({
          key,
          variable,
          description: about,
          required,
          secret,
          is_set: set.get(name)?.has(key) ?? false,
        })),
        supports: {
          absolute_windows: true,
          whole: name === 'file',
          max_rows: isLimited,
          pushdown,
          credentials_per_request: options.length > 0,
        },
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

  listFeedback(): FeedbackAnswer {
    return feedbackAnswer(this.#options.feedback);
  }

  giveFeedback(body: FeedbackBody): Promise<FeedbackAnswer> {
    const { feedback, incidents, nowMs } = this.#options;
    return giveFeedback(body, feedback, incidents, nowMs());
  }

  removeFeedback(query: FeedbackQuery): Promise<FeedbackAnswer> {
    return removeFeedback(query, this.#options.feedback);
  }

  sinks(): SinksAnswer {
    return sinksAnswer(this.#options.sinks);
  }

  testSink(name: string): Promise<SinkTestAnswer> {
    return testSink(this.#options.sinks, name);
  }

  ready(): Readiness {
    return this.#options.readiness();
  }

  parts(): StatusAnswer['parts'] {
    return this.#options.parts();
  }

  receivers(): StatusAnswer['receivers'] {
    return this.#options.receivers();
  }
}
