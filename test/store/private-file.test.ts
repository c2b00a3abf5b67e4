import { chmodSync, copyFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockDataFolder } from '../../src/store/data-lock.ts';
import { newFolder, openFile, recordOf } from './store-samples.ts';

let umask: number;
beforeEach(() => (umask = process.umask(0o022)));
afterEach(() => process.umask(umask));

const modesIn = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder).map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]),
  );

const ALL_PRIVATE = {
  'alerts.db': '600',
  'alerts.db-shm': '600',
  'alerts.db-wal': '600',
  'halfspace.lock': '600',
};

it('what is kept in a folder that all may enter is read by its owner alone', () => {
  const folder = newFolder();
  chmodSync(folder, 0o755);
  const unlock = lockDataFolder(folder);
  const { store } = openFile(join(folder, 'alerts.db'));
  expect(store.commit([{ kind: 'record', record: recordOf(1) }])).toBe(true);
  expect(modesIn(folder)).toMatchObject(ALL_PRIVATE);
  unlock();
});

it('files of before, also those that a crash has left, are closed to others', () => {
  const [folder, crashed] = [newFolder(), newFolder()];
  const { store } = openFile(join(folder, 'alerts.db'));
  expect(store.commit([{ kind: 'record', record: recordOf(1) }])).toBe(true);
  for (const name of ['alerts.db', 'alerts.db-wal', 'alerts.db-shm']) {
    copyFileSync(join(folder, name), join(crashed, name));
    chmodSync(join(crashed, name), 0o644);
  }
  const { store: again, news } = openFile(join(crashed, 'alerts.db'));
  expect(again.loadRecords().nextAnomalyId).toBe(2);
  expect(news).toEqual([]);
  expect(new Set(Object.values(modesIn(crashed)))).toEqual(new Set(['600']));
});
