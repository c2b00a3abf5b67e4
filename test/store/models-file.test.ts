import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { overflowOwner } from '../../src/domain/model-key.ts';
import type { ModelKey } from '../../src/domain/model-key.ts';
import type { SavedModel } from '../../src/live/shard-protocol.ts';
import { ClusterSchema } from '../../src/serve/schemas/clusters.ts';
import { LogRowSchema } from '../../src/serve/schemas/log-row.ts';
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

it('models of tenants are kept beside the live ones of the same services, read after them, and forgotten by themselves', () => {
  const { store } = openModels(join(newFolder(), 'models.db'));
  const overflow = { ...MODEL, owner: overflowOwner(1), service: '_overflow' };
  const acme = { ...MODEL, owner: 'acme' };
  const other = { ...MODEL, owner: 'other', bytes: Uint8Array.of(4, 5) };
  const keep = (models: SavedModel[], gone: ModelKey[] = []) => store.commit([{ kind: 'models', models, gone }]);
  keep([overflow, acme, other, MODEL]);
  expect(store.loadModels(0, 1 << 20)).toEqual({ models: [MODEL, overflow, acme, other], next: undefined, damaged: 0 });
  const read: SavedModel[] = [];
  for (let after: number | undefined = 0; after !== undefined;) {
    const { models, next } = store.loadModels(after, 1);
    read.push(...models);
    after = next;
  }
  expect(read, 'one at a time').toEqual([MODEL, overflow, acme, other]);

  const taught = { ...acme, savedMs: 9, bytes: Uint8Array.of(7) };
  keep([taught], [{ owner: 'acme', service: 'shop' }]);
  keep([], [{ owner: 'other', service: 'shop' }]);
  expect(store.loadModels(0, 1 << 20).models, 'one that is gone may come again').toEqual([MODEL, overflow, taught]);
  keep([other]);
  store.commit([{ kind: 'forget-models', tenant: 'acme' }]);
  expect(store.loadModels(0, 1 << 20).models).toEqual([MODEL, overflow, other]);
  store.commit([{ kind: 'forget-models', tenant: undefined }]);
  expect(store.loadModels(0, 1 << 20).models).toEqual([other]);
});

/** Members of a cluster and of its rows, by the version of the file; those with a mark may be absent. */
const CLUSTERS_OF_VERSION: Record<number, string> = {
  3:
    'id fingerprint aliases? name service x y size color logCount isAnomaly avgScore firstSeen lastSeen template logs ' +
    'levels dispersion? series? isolationDepth? | timestamp message level service',
};

it('clusters that are kept are what a cluster is: where not, a step empties `live_clusters`, and a line above says what it is now', () => {
  const membersOf = ({ properties, required }: { properties: object; required?: readonly string[] }) =>
    Object.keys(properties).map((name) => (required?.includes(name) === true ? name : `${name}?`));
  const present = [...membersOf(ClusterSchema), '|', ...membersOf(LogRowSchema)].join(' ');
  expect(present).toBe(CLUSTERS_OF_VERSION[MODELS_FORM.migrations.length]);
});

it('live clusters take the place of those before, and are whole or not there', () => {
  const file = join(newFolder(), 'models.db');
  const { store } = openModels(file);
  store.commit([{ kind: 'clusters', pieces: [piece('one'), piece('two'), piece('three')] }]);
  store.commit([{ kind: 'clusters', pieces: [piece('four'), piece('five')] }]);
  expect(store.loadClusters()).toEqual({ pieces: [piece('four'), piece('five')], damaged: 0 });
  store.commit([{ kind: 'forget-models', tenant: undefined }]);
  expect(store.loadClusters().pieces).toHaveLength(2);

  const database = new DatabaseSync(file);
  database.exec('DELETE FROM live_clusters WHERE place = 0');
  database.close();
  expect(store.loadClusters()).toEqual({ pieces: [], damaged: 1 });
  expect(store.figures.damagedRows).toBe(1);
  expect(store.condition).toMatchObject({ state: 'degraded' });
});
