import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { RECORDS_FORM } from '../../src/store/database-forms.ts';
import { seededRandom } from '../bench/seeded-random.ts';
import { FEEDBACK, newFolder, openFile, recordOf, writeVersion1 } from './store-samples.ts';

const PRESENT = RECORDS_FORM.migrations.length;

/** A file with so many records, closed. */
function writtenFile(records = 20): string {
  const file = join(newFolder(), 'alerts.db');
  const { store } = openFile(file);
  for (let id = 1; id <= records; id++) expect(store.commit([{ kind: 'record', record: recordOf(id) }])).toBe(true);
  store.commit([{ kind: 'feedback', entries: [FEEDBACK] }]);
  store.close();
  return file;
}

const asideOf = (file: string) =>
  readdirSync(join(file, '..')).filter((name) => name.includes('.damaged-') && name.endsWith('Z'));

describe('a database of alerts', () => {
  it('gives back what was kept, and goes on with the ids', () => {
    const { store, news } = openFile(writtenFile());
    const { batches, changes, incidents, feedback, outbox, nextAnomalyId, nextChangeId } = store.loadRecords();
    expect(batches.map(({ firstId }) => firstId)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(batches[4]!.batch).toEqual(recordOf(5).batch!.batch);
    expect(changes[4]).toEqual(recordOf(5).changes[0]);
    expect(incidents).toHaveLength(20);
    expect(incidents[4]).toEqual(recordOf(5).standing[0]);
    expect(feedback).toEqual([FEEDBACK]);
    expect(outbox[4]).toEqual(recordOf(5).entries[0]);
    expect([nextAnomalyId, nextChangeId]).toEqual([21, 21]);
    expect([store.condition, news]).toEqual([{ state: 'ok' }, []]);
  });

  it('forgets alerts that are delivered, and anomalies that nobody holds', () => {
    const file = writtenFile(1);
    const { store } = openFile(file);
    for (let id = 2; id <= 200; id++)
      store.commit([{ kind: 'record', record: { ...recordOf(id), oldestAnomalyId: id - 10, oldestChangeId: id - 5 } }]);
    store.commit([{ kind: 'remove-outbox', sink: 'pager', ids: ['alert-3', 'alert-4'] }]);
    store.commit([{ kind: 'remove-outbox', sink: 'another', ids: ['alert-5'] }]);
    const { batches, changes, outbox } = store.loadRecords();
    expect(batches.length).toBeLessThan(80);
    expect(changes.length).toBeLessThan(80);
    expect(batches.at(-1)!.firstId).toBe(200);
    expect(outbox.map(({ id }) => id)).not.toContain('alert-4');
    expect(outbox.map(({ id }) => id)).toContain('alert-5');
  });

  it('of version 1 is brought to the present with all that is in it', () => {
    const file = join(newFolder(), 'alerts.db');
    writeVersion1(file);
    const { store, news } = openFile(file);
    const { batches, incidents, feedback, outbox, nextAnomalyId, nextChangeId } = store.loadRecords();
    expect(batches).toEqual([recordOf(7, 3).batch]);
    expect(incidents).toHaveLength(1);
    expect(feedback).toEqual([FEEDBACK]);
    expect([outbox, nextAnomalyId, nextChangeId, news]).toEqual([[], 10, 42, []]);
    expect(store.commit([{ kind: 'record', record: recordOf(10) }])).toBe(true);
    store.close();
    const database = new DatabaseSync(file);
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: PRESENT });
    database.close();
  });

  it('of a later version is left as it is, and nothing is kept', () => {
    const file = writtenFile();
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA user_version = ${PRESENT + 1}`);
    database.close();
    const before = readFileSync(file);
    const { store, news } = openFile(file);
    expect(store.loadRecords().batches).toEqual([]);
    expect(store.commit([{ kind: 'record', record: recordOf(21) }])).toBe(false);
    expect(store.condition).toMatchObject({
      state: 'off',
      detail: expect.stringMatching(new RegExp(`has version ${PRESENT + 1}, .* reads up to ${PRESENT}$`)),
    });
    expect(news).toHaveLength(1);
    store.close();
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(asideOf(file)).toEqual([]);
  });
});

describe('a file that is not as it should be is put aside, and kept in a new one goes on', () => {
  const foreign = (file: string) => {
    rmSync(file);
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE feedback (place, json, checksum); INSERT INTO feedback VALUES (1, 2, 3)');
    database.close();
  };
  it.each<[string, (file: string) => void]>([
    ['no database', (file) => writeFileSync(file, 'these are notes, not a database\n'.repeat(400))],
    ['a database of another program', foreign],
    ['empty', (file) => truncateSync(file, 0)],
    ['cut within its header', (file) => truncateSync(file, 50)],
    ['cut after half of its pages', (file) => truncateSync(file, Math.floor(readFileSync(file).length / 8192) * 4096)],
  ])('when it is %s', (_, spoil) => {
    const file = writtenFile();
    spoil(file);
    const { store, news } = openFile(file);
    const { batches, nextAnomalyId } = store.loadRecords();
    expect([batches, nextAnomalyId], 'no id that readers may have seen').toEqual([[], undefined]);
    expect(store.condition).toMatchObject({ state: 'degraded', detail: expect.stringContaining('put aside as') });
    expect(news[0]).toMatchObject({ level: 'error', emptied: true });
    expect(asideOf(file)).toHaveLength(1);
    expect(store.commit([{ kind: 'record', record: recordOf(500) }])).toBe(true);
    expect(store.figures).toMatchObject({ damages: 1, commits: 1 });
    store.close();
    const again = openFile(file);
    expect(again.store.loadRecords().batches.map(({ firstId }) => firstId)).toContain(500);
    expect(again.store.condition.state).toBe('ok');
  });

  it('when any byte of it flips: what is read is what was written, or the damage is told', { timeout: 60_000 }, () => {
    const file = writtenFile();
    const whole = readFileSync(file);
    const { store: sound } = openFile(file);
    const written = sound.loadRecords();
    sound.close();
    const below = seededRandom(11);
    let told = 0;
    for (let round = 0; round < 60; round++) {
      const spoilt = Buffer.from(whole);
      const at = round < 20 ? below(4096) : below(whole.length);
      spoilt[at]! ^= 1 << below(8);
      for (const name of readdirSync(join(file, '..'))) rmSync(join(file, '..', name));
      writeFileSync(file, spoilt);
      const { store, news } = openFile(file);
      const read = store.loadRecords();
      const isOk = store.condition.state === 'ok';
      expect(isOk ? read : written, `byte ${at}`).toEqual(written);
      if (!isOk) told++;
      expect(news.length > 0, `byte ${at}`).toBe(!isOk);
      const isKept = store.commit([{ kind: 'record', record: recordOf(900) }]);
      // A version that seems to be a later one is left alone.
      expect(isKept, `byte ${at}`).toBe(store.condition.state !== 'off');
      store.close();
    }
    expect(told).toBeGreaterThan(10);
  });

  it('with all rows that can be read, alerts on their way among them', () => {
    const file = writtenFile();
    const database = new DatabaseSync(file);
    database.exec(`UPDATE incident SET json = replace(json, 'open', 'shut') WHERE place = 3`);
    database.close();
    const { store } = openFile(file);
    const { incidents, outbox, feedback, nextAnomalyId } = store.loadRecords();
    expect([incidents.length, outbox.length, feedback.length, nextAnomalyId]).toEqual([19, 20, 1, undefined]);
    expect(store.condition.detail).toMatch(/^1 of the rows of incident are not as they were written; .* put aside/);
    store.close();
    const again = openFile(file);
    expect(again.store.condition.state).toBe('ok');
    expect(again.store.loadRecords().outbox).toHaveLength(20);
  });

  it('and no more than two such files stay', () => {
    const file = writtenFile(1);
    for (let round = 0; round < 4; round++) {
      writeFileSync(`${file}.damaged-2026010${round}T000000000Z`, '');
    }
    truncateSync(file, 0);
    openFile(file).store.close();
    expect(asideOf(file)).toHaveLength(2);
  });
});

describe('while a file cannot be written', () => {
  it('what is to be kept waits in memory, and is on disk once it can be', () => {
    const folder = newFolder();
    const place = join(folder, 'data');
    writeFileSync(place, 'a file where the folder should be');
    const file = join(place, 'alerts.db');
    const { store, news } = openFile(file);
    expect(store.commit([{ kind: 'record', record: recordOf(1) }])).toBe(false);
    expect(store.commit([{ kind: 'record', record: recordOf(2) }])).toBe(false);
    expect(store.condition).toMatchObject({ state: 'degraded', detail: expect.stringContaining('cannot be written') });
    rmSync(place);
    store.retry();
    expect(store.condition).toEqual({ state: 'ok' });
    expect(store.loadRecords().batches.map(({ firstId }) => firstId)).toEqual([1, 2]);
    expect(news.map(({ level }) => level)).toEqual(['error', 'info']);
  });

  it('because it may not grow any more, what was kept before stays readable', () => {
    const file = join(newFolder(), 'alerts.db');
    const { store } = openFile(file, 128 * 1024);
    let kept = 0;
    while (kept < 500 && store.commit([{ kind: 'record', record: recordOf(kept + 1) }])) kept++;
    expect(kept).toBeGreaterThan(3);
    expect(kept).toBeLessThan(500);
    expect(store.condition).toMatchObject({ state: 'degraded', lastError: expect.stringContaining('full') });
    expect(store.loadRecords().batches).toHaveLength(kept);
    expect(readFileSync(file).length).toBeLessThanOrEqual(128 * 1024);
  });

  it('waits for no more than it has room for, and says how much was lost', { timeout: 60_000 }, () => {
    const place = join(newFolder(), 'data');
    writeFileSync(place, '');
    const { store } = openFile(join(place, 'alerts.db'));
    const record = recordOf(1);
    const bulky = { ...record, entries: [{ ...record.entries[0]!, event: 'x'.repeat(1 << 20) }] };
    for (let i = 0; i < 100; i++) store.commit([{ kind: 'record', record: bulky }]);
    expect(store.figures.lost).toBeGreaterThan(60);
    expect(store.figures.lost).toBeLessThan(80);
  });
});

it('a folder removed under a running process is made anew, with all that was kept', () => {
  const file = writtenFile();
  const { store, news } = openFile(file);
  store.commit([{ kind: 'record', record: recordOf(21) }]);
  rmSync(join(file, '..'), { recursive: true });
  expect(store.commit([{ kind: 'record', record: recordOf(22) }])).toBe(true);
  expect(news[0]!.sentence).toMatch(/was removed while in use/);
  store.close();
  const again = openFile(file);
  expect(again.store.loadRecords().batches).toHaveLength(22);
});

it.skipIf(process.getuid?.() === 0)('a folder that may not be written is reported', () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'data'));
  chmodSync(join(folder, 'data'), 0o500);
  const { store } = openFile(join(folder, 'data', 'alerts.db'));
  expect(store.commit([{ kind: 'record', record: recordOf(1) }])).toBe(false);
  expect(store.condition.state).toBe('degraded');
});
