import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { checksumOf } from '../../src/store/checksum.ts';
import { MODELS_FORM } from '../../src/store/database-forms.ts';
import { StoreFile } from '../../src/store/store-file.ts';
import type { StoreNews } from '../../src/store/store-protocol.ts';
import { newFolder } from './store-samples.ts';

const MODEL = { service: 'shop', savedMs: 1, lastSeenMs: 2, bytes: Uint8Array.of(1, 2, 3) };
const piece = (text: string) => new TextEncoder().encode(text);

function openModels(file: string): { store: StoreFile; news: StoreNews[] } {
  const news: StoreNews[] = [];
  const options = { kind: 'models', file, bytesMax: 1 << 28 } as const;
  const store = new StoreFile({ ...options, nowMs: () => 0, onNews: (one) => news.push(one) });
  onTestFinished(() => store.close());
  return { store, news };
}

it('a file of models of version 1 is brought to the present with all that is in it', () => {
  const file = join(newFolder(), 'models.db');
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA application_id = 0x48535031; ${MODELS_FORM.migrations[0]}; PRAGMA user_version = 1;`);
  const { service, savedMs, lastSeenMs, bytes } = MODEL;
  const row = [1, service, savedMs, lastSeenMs, bytes, checksumOf(service, bytes)];
  database.prepare('INSERT INTO model VALUES (?, ?, ?, ?, ?, ?)').run(...row);
  database.close();
  const { store, news } = openModels(file);
  expect(store.loadModels(0, 1 << 20)).toEqual({ models: [MODEL], next: undefined, damaged: 0 });
  expect(store.loadClusters()).toEqual({ pieces: [], damaged: 0 });
  expect([store.condition, news]).toEqual([{ state: 'ok' }, []]);
});

it('live clusters take the place of those before, and are whole or not there', () => {
  const file = join(newFolder(), 'models.db');
  const { store } = openModels(file);
  store.commit([{ kind: 'clusters', pieces: [piece('one'), piece('two'), piece('three')] }]);
  store.commit([{ kind: 'clusters', pieces: [piece('four'), piece('five')] }]);
  expect(store.loadClusters()).toEqual({ pieces: [piece('four'), piece('five')], damaged: 0 });
  store.commit([{ kind: 'forget-models' }]);
  expect(store.loadClusters().pieces).toHaveLength(2);

  const database = new DatabaseSync(file);
  database.exec('DELETE FROM live_clusters WHERE place = 0');
  database.close();
  expect(store.loadClusters()).toEqual({ pieces: [], damaged: 1 });
  expect(store.figures.damagedRows).toBe(1);
  expect(store.condition).toMatchObject({ state: 'degraded' });
});
