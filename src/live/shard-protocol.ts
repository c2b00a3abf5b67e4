import type { Anomaly } from '../domain/anomaly.ts';
import type { Mark } from '../domain/feedback.ts';
import type { ServiceCourse } from '../domain/incident.ts';
import type { ModelKey } from '../domain/model-key.ts';
import type { DetectorOptions, TemplateFacts } from '../score/detector.ts';
import type { AnomalyBatch } from './anomaly-batch.ts';
import type { BufferedService } from './row-buffer.ts';

/** What a shard needs to know at its start. */
export interface ShardOptions {
  detector: DetectorOptions;
  servicesMax: number;
  bufferBytesMax: number;
  bufferAgeMaxMs: number;
  serviceAttributes: string[];
}

/** Rows of one service in packed form, in order. */
export interface ServiceRows {
  service: string;
  bytes: Uint8Array;
}

/** Whose models are meant: those of a caller's tenant, or, where it is undefined, the live ones. */
export type Tenant = string | undefined;

/** Main thread to shard. `id` pairs an answer with its question. */
export type ShardRequest =
  | { type: 'otlp'; id: number; bytes: Uint8Array; ranges: Int32Array; receivedMs: number }
  | { type: 'learn'; id: number; tenant: Tenant; rows: ServiceRows[]; receivedMs: number }
  | { type: 'detect'; id: number; tenant: Tenant; job: number; rows: ServiceRows[]; reachedMs: number }
  | { type: 'end-job'; id: number; job: number }
  | { type: 'lend-buffer'; id: number; nowMs: number }
  | { type: 'return-buffer'; id: number }
  | { type: 'tick'; id: number; nowMs: number }
  | { type: 'template'; id: number; fingerprint: string; part: number; parts: number }
  | { type: 'status'; id: number; tenant: Tenant; service: string | undefined; limit: number }
  | { type: 'activity'; id: number; limit: number; named: readonly string[] }
  | { type: 'marks'; id: number; marks: (readonly [fingerprint: string, mark: Mark])[] }
  | ({ type: 'snapshot'; id: number } & SnapshotCall)
  | { type: 'restore'; id: number; models: SavedModel[]; nowMs: number }
  | { type: 'reset'; id: number; tenant: Tenant };

/** Models whose latest snapshot did not come to be kept. */
export type SavedAgain = readonly ModelKey[] | 'all';

export interface ScoredRequest {
  records: number;
  /** Undefined when there are none. */
  anomalies: AnomalyBatch | undefined;
}

export interface TickedShard {
  anomalies: AnomalyBatch | undefined;
  courses: ServiceCourse[];
}

/** What all shards found when they were told the time. */
export interface FoundOnTick {
  batches: AnomalyBatch[];
  courses: ServiceCourse[];
}

export interface DetectedRows {
  records: number;
  anomalies: Anomaly[];
}

/** What a service knows of a template that somebody asks about. */
export interface KnownTemplate {
  service: string;
  fingerprint: string;
  template: string;
  templateId: number;
  count: number;
  /** Fingerprints it had, oldest first. */
  aliases: string[];
  /** Undefined in the reference profile. */
  facts: TemplateFacts | undefined;
}

/** A model as it is kept. */
export interface SavedModel extends ModelKey {
  /** When it was taken, and when the service was heard or taught last; epoch milliseconds, of the wall clock. */
  savedMs: number;
  lastSeenMs: number;
  /** See score/snapshot.ts. */
  bytes: Uint8Array<ArrayBuffer>;
}

/** Asks for at most `limit` models that have learnt something, and were saved before `savedBeforeMs` or never. */
export interface SnapshotCall {
  /** The number of the one that is asked. */
  shard: number;
  nowMs: number;
  savedBeforeMs: number;
  limit: number;
  again: SavedAgain;
}

export interface TakenModels {
  models: SavedModel[];
  /** Those that were known and are no more. */
  gone: ModelKey[];
}

export interface RestoredModels {
  restored: number;
  /** Why some were not, each once. */
  refusals: string[];
}

export interface ServiceStatus {
  service: string;
  lines: number;
  learning: boolean;
  templates: number;
  templates_evicted: number;
}

/** How much of a service was heard so far. */
export interface ServiceActivity {
  service: string;
  lines: number;
  learning: boolean;
  /** Of them, those scored since the shard gave it a place. */
  records: number;
}

/** Counts are over all services, asked for or not. */
export interface ShardStatus {
  serviceCount: number;
  learningCount: number;
  lineCount: number;
  templateCount: number;
  /** At most as many as asked for, by name. */
  services: ServiceStatus[];
}

export interface ShardResults {
  otlp: ScoredRequest;
  learn: { rows: number };
  detect: DetectedRows;
  'end-job': Anomaly[];
  'lend-buffer': BufferedService[];
  'return-buffer': undefined;
  tick: TickedShard;
  template: KnownTemplate | undefined;
  status: ShardStatus;
  /** The services with most lines, and those asked for. */
  activity: ServiceActivity[];
  marks: undefined;
  snapshot: TakenModels;
  restore: RestoredModels;
  reset: undefined;
}

/** Shard to main thread. */
export type ShardReply = { id: number; result: ShardResults[ShardRequest['type']] } | { id: number; error: ShardError };

/** `malformed`: the bytes are not the message; `internal`: ours, to be looked into. */
export interface ShardError {
  kind: 'malformed' | 'internal';
  message: string;
}
