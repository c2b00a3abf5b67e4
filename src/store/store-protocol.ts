import type { Feedback } from '../domain/feedback.ts';
import type { Incident, IncidentChange } from '../domain/incident.ts';
import type { OutboxEntry } from '../domain/outbox.ts';
import type { AnomalyBatch } from '../live/anomaly-batch.ts';
import type { ModelKey } from '../domain/model-key.ts';
import type { SavedModel } from '../live/shard-protocol.ts';

export interface StoredBatch {
  firstId: number;
  batch: AnomalyBatch;
}

export interface StoredChange {
  id: number;
  change: IncidentChange;
}

/** What one batch of anomalies has brought, as it is kept in one transaction. */
export interface StoredRecord {
  batch: StoredBatch | undefined;
  changes: readonly StoredChange[];
  /** The incidents that it touched, as they stand after it. */
  standing: readonly Incident[];
  entries: readonly OutboxEntry[];
  /** Anomalies and changes before these are held by nobody any more. */
  oldestAnomalyId: number;
  oldestChangeId: number;
}

/** All that is kept but for the models. */
export interface StoredRecords {
  /** Oldest first; ids are missing where a disk would not take them before the process ended. */
  batches: StoredBatch[];
  changes: StoredChange[];
  /** In the order in which they began. */
  incidents: Incident[];
  feedback: Feedback[];
  outbox: OutboxEntry[];
  /** Ids of the next anomaly and the next change; undefined where it is not known which ones readers have seen. */
  nextAnomalyId: number | undefined;
  nextChangeId: number | undefined;
}

/** One change of what is kept; all that waits for the disk at once is one transaction. */
export type StoreWrite =
  | { kind: 'record'; record: StoredRecord }
  | { kind: 'add-outbox'; entries: readonly OutboxEntry[] }
  | { kind: 'remove-outbox'; sink: string; ids: readonly string[] }
  | { kind: 'feedback'; entries: readonly Feedback[] }
  | { kind: 'models'; models: readonly SavedModel[]; gone: readonly ModelKey[] }
  | { kind: 'forget-models'; tenant: string | undefined }
  | { kind: 'clusters'; pieces: readonly Uint8Array<ArrayBuffer>[] };

export const STORE_KINDS = ['records', 'models'] as const;
/** `records`: alerts and all that belongs to them; `models`: what was learnt from lines. A file and a thread each. */
export type StoreKind = (typeof STORE_KINDS)[number];

export interface StoreThreadOptions {
  kind: StoreKind;
  /** Absolute. */
  file: string;
  bytesMax: number;
}

/** Main thread to store thread. `id` pairs an answer with its question. */
export type StoreRequest =
  | { type: 'write'; id: number; write: StoreWrite }
  | { type: 'load-records'; id: number }
  | { type: 'load-models'; id: number; after: number; bytesMax: number }
  | { type: 'load-clusters'; id: number }
  | { type: 'close'; id: number };

export interface StoredModels {
  models: SavedModel[];
  /** Where to go on; undefined at the end. */
  next: number | undefined;
  /** Models whose bytes are not those that were written. */
  damaged: number;
}

/** The pieces in the order in which they were written; none where nothing was, or where one is damaged. */
export interface StoredClusters {
  pieces: Uint8Array<ArrayBuffer>[];
  damaged: number;
}

/** `ok`: what is acknowledged is on disk; `degraded`: something was lost, or is not on disk; `off`: nothing is kept. */
export interface StoreCondition {
  state: 'ok' | 'degraded' | 'off';
  detail?: string;
  lastError?: string;
  /** Epoch milliseconds. */
  since?: number;
}

export interface StoreFigures {
  bytes: number;
  commits: number;
  commitSeconds: number;
  /** Writes that failed, and those among them that never came to be kept. */
  failures: number;
  lost: number;
  /** Files that were put aside, and rows that were passed over as they are not what was written. */
  damages: number;
  damagedRows: number;
}

/** Store thread to main thread. */
export type StoreReply =
  | { type: 'settled'; ids: readonly number[]; kept: boolean }
  | { type: 'records'; id: number; records: StoredRecords }
  | { type: 'models'; id: number; models: StoredModels }
  | { type: 'clusters'; id: number; clusters: StoredClusters }
  | { type: 'closed'; id: number }
  | { type: 'condition'; condition: StoreCondition; figures: StoreFigures; news: StoreNews | undefined };

/** For the log: what has changed, once. */
export interface StoreNews {
  level: 'info' | 'error';
  sentence: string;
  /** What was kept before is not in the file any more. */
  emptied?: boolean;
}
