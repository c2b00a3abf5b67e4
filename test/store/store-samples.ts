import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import type { Feedback } from '../../src/domain/feedback.ts';
import { Incidents } from '../../src/incident/incidents.ts';
import { checksumOf } from '../../src/store/checksum.ts';
import { RECORDS_FORM } from '../../src/store/database-forms.ts';
import { StoreFile } from '../../src/store/store-file.ts';
import type { StoreNews, StoredRecord } from '../../src/store/store-protocol.ts';
import { packAnomalies } from '../live/anomaly-samples.ts';
import { anomalyOf } from '../serve/engine-double.ts';

const NOW_MS = 1_795_305_600_000;
export const FEEDBACK: Feedback = { fingerprint: '0123456789abcdef', mark: 'expected', created_at: NOW_MS };

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface OpenedFile {
  store: StoreFile;
  news: StoreNews[];
}

/** A database of alerts, closed when the test ends. */
export function openFile(file: string, bytesMax = 1 << 28): OpenedFile {
  const news: StoreNews[] = [];
  const store = new StoreFile({
    kind: 'records',
    file,
    bytesMax,
    nowMs: () => NOW_MS,
    onNews: (one) => news.push(one),
  });
  onTestFinished(() => store.close());
  return { store, news };
}

/** A record of anomalies `firstId` to `firstId + count - 1`, their incident, and one alert on its way. */
export function recordOf(firstId: number, count = 1): StoredRecord {
  const anomalies = Array.from({ length: count }, (_, i) =>
    anomalyOf({ message: `part ${firstId + i} broke`, service: `svc-${firstId}` }),
  );
  const incidents = new Incidents();
  const changes = anomalies.flatMap((anomaly) => incidents.add(anomaly).changes).slice(0, 1);
  return {
    batch: { firstId, batch: packAnomalies(anomalies) },
    changes: changes.map((change) => ({ id: firstId, change })),
    standing: incidents.open(),
    entries: [{ id: `alert-${firstId}`, sink: 'pager', createdMs: NOW_MS, event: JSON.stringify({ firstId }) }],
    oldestAnomalyId: 1,
    oldestChangeId: 1,
  };
}

/** A file as the first released version made it, with one row of everything it had. */
export function writeVersion1(file: string): void {
  const database = new DatabaseSync(file);
  database.exec(`
    PRAGMA application_id = 0x48535031;
    PRAGMA journal_mode = WAL;
    ${RECORDS_FORM.migrations[0]};
    PRAGMA user_version = 1;
  `);
  const { batch, changes, standing } = recordOf(7, 3);
  const { bytes, offsets, kinds } = batch!.batch;
  const places = new Uint8Array(offsets.buffer);
  const add = (sql: string, ...values: (string | number | Uint8Array)[]) => database.prepare(sql).run(...values);
  const texts = JSON.stringify(kinds);
  const sum = checksumOf(bytes, places, texts);
  add('INSERT INTO anomaly_batch VALUES (?, ?, ?, ?, ?, ?)', 7, 3, bytes, places, texts, sum);
  const change = JSON.stringify(changes[0]!.change);
  add('INSERT INTO incident_change VALUES (?, ?, ?)', 41, change, checksumOf(change));
  const incident = JSON.stringify(standing[0]);
  add('INSERT INTO incident VALUES (?, ?, ?, ?, ?)', 1, standing[0]!.id, 'open', incident, checksumOf(incident));
  const feedback = JSON.stringify(FEEDBACK);
  add('INSERT INTO feedback VALUES (?, ?, ?)', 1, feedback, checksumOf(feedback));
  database.close();
}
