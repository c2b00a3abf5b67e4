import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Feedback } from '../domain/feedback.ts';
import type { Incident, IncidentChange } from '../domain/incident.ts';
import type { OutboxEntry } from '../domain/outbox.ts';
import type { AnomalyKind } from '../live/anomaly-batch.ts';
import { checksumOf } from './checksum.ts';
import type { StoredBatch, StoredRecords } from './store-protocol.ts';

type Row = Record<string, SQLOutputValue>;

export interface LoadedRecords {
  records: StoredRecords;
  /** Sentences on what could not be read. */
  damage: string[];
}

export const NO_RECORDS: StoredRecords = {
  batches: [],
  changes: [],
  incidents: [],
  feedback: [],
  outbox: [],
  nextAnomalyId: undefined,
  nextChangeId: undefined,
};

/** All that can be read, also of a file that is damaged. */
export function loadRecords(database: DatabaseSync): LoadedRecords {
  const damage: string[] = [];
  const read = <Item>(table: string, order: string, toItem: (row: Row) => Item | undefined): Item[] =>
    readTable(database, table, order, toItem, damage);

  const next = new Map(read('next_id', 'name', (row) => [String(row['name']), Number(row['id'])] as const));
  const batches = read('anomaly_batch', 'first_id', toBatch);
  const changes = read('incident_change', 'id', (row) => {
    const change = toValue(row) as IncidentChange | undefined;
    return change && { id: Number(row['id']), change };
  });
  const records: StoredRecords = {
    batches,
    changes,
    incidents: read('incident', 'place', (row) => toValue(row) as Incident | undefined),
    feedback: read('feedback', 'place', (row) => toValue(row) as Feedback | undefined),
    outbox: read('outbox', 'place', toEntry),
    nextAnomalyId: Math.max(endOf(batches.at(-1)), next.get('anomaly') ?? 1),
    nextChangeId: Math.max((changes.at(-1)?.id ?? 0) + 1, next.get('change') ?? 1),
  };
  return { records, damage };
}

function readTable<Item>(
  database: DatabaseSync,
  table: string,
  order: string,
  toItem: (row: Row) => Item | undefined,
  damage: string[],
): Item[] {
  const items: Item[] = [];
  let broken = 0;
  try {
    for (const row of database.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).iterate()) {
      const item = toItem(row);
      if (item === undefined) broken++;
      else items.push(item);
    }
  } catch (error) {
    damage.push(`${table} cannot be read to its end (${error instanceof Error ? error.message : String(error)})`);
  }
  if (broken > 0) damage.push(`${broken} of the rows of ${table} are not as they were written`);
  return items;
}

function endOf(batch: StoredBatch | undefined): number {
  return batch === undefined ? 0 : batch.firstId + batch.batch.offsets.length;
}

/** What was written as JSON; of its shape, as the sum says that it is what was written. */
function toValue({ json, checksum }: Row): unknown {
  if (typeof json !== 'string' || checksumOf(json) !== checksum) return undefined;
  return JSON.parse(json);
}

function toBatch({ first_id, bytes, offsets, kinds, checksum }: Row): StoredBatch | undefined {
  if (!(bytes instanceof Uint8Array && offsets instanceof Uint8Array) || typeof kinds !== 'string') return undefined;
  if (checksumOf(bytes, offsets, kinds) !== checksum) return undefined;
  return {
    firstId: Number(first_id),
    batch: {
      bytes: new Uint8Array(bytes),
      offsets: new Uint32Array(new Uint8Array(offsets).buffer),
      kinds: JSON.parse(kinds) as AnomalyKind[],
    },
  };
}

function toEntry({ sink, id, created_ms, event, checksum }: Row): OutboxEntry | undefined {
  if (typeof sink !== 'string' || typeof id !== 'string' || typeof event !== 'string') return undefined;
  if (checksumOf(sink, id, event) !== checksum) return undefined;
  return { sink, id, createdMs: Number(created_ms), event };
}
