import type { Anomaly } from '../domain/anomaly.ts';
import type { Incident, IncidentChange } from '../domain/incident.ts';
import type { Retry } from '../domain/retry.ts';
import type { LogRow } from '../domain/row.ts';
import type { ClustersAnswer, LiveClustersAnswer, TrainAnswer } from './schemas/clusters.ts';
import type { CompareAnswer, CompareQuery } from './schemas/compare.ts';
import type { CredentialsAnswer, CredentialsBody } from './schemas/credentials.ts';
import type { DetectAnswer } from './schemas/detect.ts';
import type { DetectorQuery, DetectorReset, DetectorStatus } from './schemas/detector.ts';
import type { FeedbackAnswer, FeedbackBody, FeedbackQuery } from './schemas/feedback.ts';
import type { StatusAnswer } from './schemas/health.ts';
import type { ServicesAnswer } from './schemas/services.ts';
import type { SinksAnswer, SinkTestAnswer } from './schemas/sinks.ts';
import type { SourcesAnswer } from './schemas/sources.ts';
import type { TemplateAnswer } from './schemas/template.ts';
import type { WindowQuery } from './schemas/window-query.ts';

/**
 * What REST asks of the running system. Every method may reject with a `Problem` (see problem.ts), which is answered as
 * it is: `bad_window` 400, `source_not_configured` and `source_not_readable` 400, `not_trained` 409, `source_refused` 424, `source_failed` 502,
 * `source_busy` and `busy` 503, `source_timed_out` 504. Anything
 * else that is thrown is answered as 500 without its text.
 */
export interface Engine {
  clusters(query: WindowQuery, watch: CallWatch): Promise<ClustersAnswer>;
  /** What has changed from window `a` to window `b`. */
  compare(query: CompareQuery, watch: CallWatch): Promise<CompareAnswer>;
  /** As `clusters`, and warms the per-service models with the window's rows. */
  train(query: WindowQuery, watch: CallWatch): Promise<TrainAnswer>;
  detect(request: DetectRequest, watch: CallWatch): Promise<DetectAnswer>;
  /** Of the last retraining; they change in one step. */
  liveClusters(): LiveClustersAnswer;
  /** At most `limit`, the busiest first. */
  services(limit: number): Promise<ServicesAnswer>;
  detectorStatus(query: DetectorQuery): Promise<DetectorStatus>;
  /** @param tenant Whose models; the live ones without. */
  resetDetector(tenant?: string): Promise<DetectorReset>;
  /** By its fingerprint, or one it had; 404 when no live service knows it. */
  template(fingerprint: string): Promise<TemplateAnswer>;
  sources(): SourcesAnswer;
  setCredentials(body: CredentialsBody): CredentialsAnswer;
  listCredentials(): CredentialsAnswer;
  /** Forgets what was set by request; undefined means for every source. */
  clearCredentials(source: string | undefined): CredentialsAnswer;
  listFeedback(): FeedbackAnswer;
  giveFeedback(body: FeedbackBody): Promise<FeedbackAnswer>;
  removeFeedback(query: FeedbackQuery): Promise<FeedbackAnswer>;
  sinks(): SinksAnswer;
  /** By its name; 404 when there is none. */
  testSink(name: string): Promise<SinkTestAnswer>;
  ready(): Readiness;
  /** How each part stands. */
  parts(): StatusAnswer['parts'];
  /** Where logs are taken; null until they are. */
  receivers(): StatusAnswer['receivers'];
  readonly anomalies: Feed<AnomalyEntry>;
  readonly incidents: IncidentFeed;
}

/** How a caller follows work for a window, and ends it. */
export interface CallWatch {
  /** Work ends when it aborts. */
  signal: AbortSignal;
  /** Told the rows read so far, how much of all that is, and whether a store is being asked again, some times a second. */
  onProgress?: (rows: number, share: number, retry?: Retry) => void;
}

/** Rows that the caller posted (validated, in the caller's order), or a window to pull. */
export type DetectRequest = { logs: LogRow[]; tenant?: string } | { window: WindowQuery };

export interface Readiness {
  ready: boolean;
  /** Sentences, empty when ready. */
  reasons: string[];
  /** Sentences on what is wrong while logs are taken all the same. */
  degraded?: string[];
}

/** A bounded ring of the latest entries. Readers keep a cursor into it, so a slow one holds nobody up. */
export interface Feed<Entry extends FeedEntry> {
  /** Oldest id still held; equals `nextId` when nothing is. */
  readonly firstId: number;
  /** Id that the next entry gets; ids have no gaps. */
  readonly nextId: number;
  get(id: number): Entry | undefined;
  /** Calls back after appends, never from within one; returns the way to stop it. */
  onAppend(listener: () => void): () => void;
}

export interface FeedEntry {
  id: number;
  /** As streams send it, `id` included. */
  json: string;
}

export interface AnomalyEntry extends FeedEntry {
  anomaly: Anomaly;
}

export interface IncidentEntry extends FeedEntry {
  change: IncidentChange;
}

/** Incidents as they stand, and what happened to them. */
export interface IncidentFeed extends Feed<IncidentEntry> {
  /** Open or not, of those still held. */
  find(id: string): Incident | undefined;
  /** The latest to begin first. */
  list(): Incident[];
}
