import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NO_RECORDS } from '../../src/store/load-records.ts';
import { SeenIds } from '../../src/store/seen-ids.ts';
import { newFolder, recordOf } from './store-samples.ts';

const KEPT = { ...NO_RECORDS, nextAnomalyId: 5, nextChangeId: 3 };
const writesOf = (firstId: number, count: number) => [
  { kind: 'record', record: recordOf(firstId, count) } as const,
  { kind: 'remove-outbox', sink: 'pager', ids: ['alert-1'] } as const,
];

it('ids that were seen and not kept are not given again, however often the process ends', () => {
  const file = join(newFolder(), 'alerts.ids');
  const first = new SeenIds(file);
  expect(first.goOn(KEPT)).toEqual({ records: KEPT, missing: 0 });
  first.note(writesOf(5, 3));
  first.note(writesOf(8, 1));
  for (let start = 0; start < 2; start++) {
    const { records, missing } = new SeenIds(file).goOn(KEPT);
    expect([records.nextAnomalyId, records.nextChangeId, missing]).toEqual([9, 9, 4]);
  }
  const further = { ...KEPT, nextAnomalyId: 20, nextChangeId: 10 };
  expect(new SeenIds(file).goOn(further), 'what is kept is further by now').toEqual({ records: further, missing: 0 });
});

it('where it is not known which ids were seen, the clock decides as before', () => {
  const seen = new SeenIds(join(newFolder(), 'alerts.ids'));
  seen.note(writesOf(5, 3));
  expect(seen.goOn(NO_RECORDS)).toEqual({ records: NO_RECORDS, missing: 0 });
});

it('its block is on disk before it is needed, and is written over in its place', () => {
  const file = join(newFolder(), 'alerts.ids');
  const seen = new SeenIds(file);
  const { ino, size } = statSync(file);
  expect(size).toBe(4096);
  seen.note(writesOf(5, 3));
  expect(statSync(file)).toMatchObject({ ino, size });
});

it('a file that is damaged, cut or gone holds nothing up', () => {
  const folder = newFolder();
  const file = join(folder, 'alerts.ids');
  new SeenIds(file).note(writesOf(5, 3));
  const bytes = readFileSync(file);
  bytes[1]! ^= 1;
  for (const spoilt of [bytes, bytes.subarray(0, 7), Buffer.alloc(0)]) {
    writeFileSync(file, spoilt);
    expect(new SeenIds(file).goOn(KEPT).missing).toBe(0);
  }
  rmSync(folder, { recursive: true });
  const seen = new SeenIds(file);
  seen.note(writesOf(5, 3));
  expect(seen.goOn(KEPT).missing, 'this process still knows').toBe(3);
});
