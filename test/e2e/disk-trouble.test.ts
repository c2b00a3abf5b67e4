import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { checksumOf } from '../../src/store/checksum.ts';
import { allAnomalies, fingerprintOfLine, newDataFolder, watchTemplate } from './data-folder.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { encodeLogs, ERROR, grpcSender } from './otlp-client.ts';

const TIMEOUT_MS = 90_000;
const WATCHED = fingerprintOfLine('shop', 'part 1 broke');
let sent = 0;

async function start(folder: string, env: Record<string, string> = {}): Promise<RunningHalfspace> {
  const halfspace = await startHalfspace({ DATA_DIR: folder, SNAPSHOT_INTERVAL_SECONDS: '1', ...env });
  onTestFinished(() => halfspace.kill());
  return halfspace;
}

/** Sends lines that are told; each has its OK. Answers them. */
async function sendTold(halfspace: RunningHalfspace, count = 3, padding = ''): Promise<string[]> {
  const lines = Array.from({ length: count }, () => `part ${++sent} broke${padding}`);
  const request = encodeLogs({ service: 'shop', messages: lines, severityNumber: ERROR });
  expect(await grpcSender(halfspace).send(request)).toMatchObject({ isOk: true });
  return lines;
}

const toldOf = async (halfspace: RunningHalfspace) => (await allAnomalies(halfspace)).map(({ message }) => message);
const ready = (halfspace: RunningHalfspace) => halfspace.get('/ready') as Promise<{ degraded?: string[] }>;
const errorsOf = ({ logs }: RunningHalfspace) => logs.filter(({ level }) => level === 'error').map(({ msg }) => msg);

/** Whether this machine lets the tests mount a small file system. */
function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return false;
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return true;
}

test(
  'a full disk: lines are judged and acknowledged, it is told, and all is kept once there is room',
  { timeout: TIMEOUT_MS },
  async ({ skip }) => {
    const folder = newDataFolder();
    if (!mountSmallDisk(folder)) skip('a disk that can be filled needs the right to mount one');
    const halfspace = await start(folder);
    await watchTemplate(halfspace, WATCHED);
    const lines = await sendTold(halfspace);
    const ballast = join(folder, 'ballast');
    // Whatever room is left.
    for (let bytes = 1 << 20; bytes >= 4096; bytes >>= 1) {
      try {
        for (;;) writeFileSync(ballast, Buffer.alloc(bytes), { flag: 'a' });
      } catch {
        // Full, for pieces of this size.
      }
    }
    for (let i = 0; i < 40; i++) lines.push(...(await sendTold(halfspace, 20)));
    await expect
      .poll(async () => (await ready(halfspace)).degraded?.[0], { timeout: 20_000 })
      .toMatch(/cannot be written/);
    await expect
      .poll(() => errorsOf(halfspace), { timeout: 20_000 })
      .toContainEqual(expect.stringMatching(/alerts\.db cannot be written/));
    expect(await halfspace.metric('halfspace_store_ok')).toBeLessThan(2);
    lines.push(...(await sendTold(halfspace)));
    expect(await toldOf(halfspace)).toEqual(expect.arrayContaining(lines));

    rmSync(ballast);
    await expect.poll(() => ready(halfspace), { timeout: 20_000 }).toEqual({ ready: true });
    expect(await halfspace.metric('halfspace_store_ok')).toBe(2);
    await halfspace.kill();
    const again = await start(folder);
    expect(await toldOf(again), 'what came while it was full is there too').toEqual(expect.arrayContaining(lines));
  },
);

test(
  'a full folder and kill -9: ids that readers have seen are not given again, and what was kept is shown',
  { timeout: TIMEOUT_MS },
  async () => {
    const folder = newDataFolder();
    const small = await start(folder, { DATA_MAX_BYTES: String(16 << 20) });
    await watchTemplate(small, WATCHED);
    const kept = await sendTold(small);
    const isFull = async () => (await ready(small)).degraded !== undefined;
    const padding = ' '.repeat(15_000);
    while (!(await isFull())) await sendTold(small, 40, padding);
    await sendTold(small);
    const seen = await allAnomalies(small);
    await small.kill();
    const roomy = await start(folder);
    expect(errorsOf(roomy)).toEqual([expect.stringMatching(/^\d+ anomalies .* their ids are not given again$/)]);
    expect(await toldOf(roomy)).toEqual(expect.arrayContaining(kept));
    const fresh = await sendTold(roomy);
    const after = await allAnomalies(roomy);
    expect(after.filter(({ id }) => id > seen.at(-1)!.id).map(({ message }) => message)).toEqual(fresh);
    const messages = new Map(seen.map(({ id, message }) => [id, message]));
    expect(after.filter(({ id, message }) => messages.has(id) && messages.get(id) !== message)).toEqual([]);
    expect(await roomy.stop()).toBe(0);
    expect((await toldOf(await start(folder))).length, 'at the start after that too').toBe(after.length);
  },
);

test(
  'a folder that is removed: it is told, made anew, and what was in it is there again',
  { timeout: TIMEOUT_MS },
  async () => {
    const folder = newDataFolder();
    const halfspace = await start(folder);
    await watchTemplate(halfspace, WATCHED);
    const lines = await sendTold(halfspace);
    rmSync(folder, { recursive: true });
    lines.push(...(await sendTold(halfspace)));
    await expect
      .poll(() => errorsOf(halfspace), { timeout: 20_000 })
      .toContainEqual(expect.stringMatching(/was removed while in use, and was made anew/));
    await halfspace.kill();
    expect(await toldOf(await start(folder))).toEqual(expect.arrayContaining(lines));
  },
);

test('a folder that cannot be one: memory only, until it can', { timeout: TIMEOUT_MS }, async () => {
  const folder = join(newDataFolder(), 'data');
  writeFileSync(folder, 'a file where the folder should be');
  const halfspace = await start(folder);
  const sentence = `DATA_DIR ${folder} cannot be used (${folder} is no folder); until it can, all is kept in memory only`;
  expect((await ready(halfspace)).degraded).toEqual([sentence]);
  await watchTemplate(halfspace, WATCHED);
  const lines = await sendTold(halfspace);
  expect(await toldOf(halfspace)).toEqual(lines);
  rmSync(folder);
  await expect.poll(() => ready(halfspace), { timeout: 20_000 }).toEqual({ ready: true });
  await sendTold(halfspace);
  const files = expect.arrayContaining(['alerts.db', 'models.db']);
  await expect.poll(() => readdirSync(folder), { timeout: 20_000 }).toEqual(files);
  expect(await halfspace.stop()).toBe(0);
});

test(
  'a folder of the kernel, where none can be made: memory only, and it is told',
  { timeout: TIMEOUT_MS },
  async () => {
    const halfspace = await start('/proc/halfspace/data');
    const sentence = 'DATA_DIR /proc/halfspace/data cannot be used (nothing can be kept in /proc)';
    expect(errorsOf(halfspace)).toEqual([expect.stringContaining(sentence)]);
    expect(await halfspace.stop()).toBe(0);
  },
);

test.each<[string, (folder: string) => void]>([
  ['a flipped byte', (folder) => flip(join(folder, 'alerts.db'), 3)],
  ['a truncated file', (folder) => truncateSync(join(folder, 'alerts.db'), 6000)],
  ['a foreign file', (folder) => writeFileSync(join(folder, 'alerts.db'), 'no database at all '.repeat(1000))],
])(
  '%s: the start does not fail, it is told, ids are none that readers have seen',
  { timeout: TIMEOUT_MS },
  async (_, spoil) => {
    const folder = newDataFolder();
    const first = await start(folder);
    await watchTemplate(first, WATCHED);
    await sendTold(first, 50);
    const last = (await allAnomalies(first)).at(-1)!.id;
    await first.stop();
    spoil(folder);
    const second = await start(folder);
    expect((await ready(second)).degraded).toEqual([expect.stringMatching(/put aside as .*alerts\.db\.damaged-/)]);
    expect(errorsOf(second)).toContainEqual(expect.stringMatching(/put aside as/));
    expect(await second.metric('halfspace_store_damaged_files_total')).toBe(1);
    await watchTemplate(second, WATCHED);
    await sendTold(second);
    expect((await allAnomalies(second)).at(-1)!.id).toBeGreaterThan(last);
    await second.stop();
    const third = await start(folder);
    expect(await ready(third), 'the new one is whole').toEqual({ ready: true });
  },
);

test(
  'damaged models: their services learn anew, it is told, and alerts are what they were',
  { timeout: TIMEOUT_MS },
  async () => {
    const folder = newDataFolder();
    const first = await start(folder);
    await watchTemplate(first, WATCHED);
    const lines = await sendTold(first, 300);
    await first.stop();
    const models = join(folder, 'models.db');
    const bytes = readFileSync(models);
    bytes[bytes.indexOf('part <*> broke')]! ^= 16;
    writeFileSync(models, bytes);
    const second = await start(folder);
    expect(errorsOf(second)).toContainEqual(
      expect.stringMatching(/^1 models are not as they were written; their services learn anew/),
    );
    expect(await toldOf(second)).toEqual(expect.arrayContaining(lines));
    expect(await second.get('/detector/status')).toMatchObject({ trained: false });
    expect((await ready(second)).degraded).toEqual([expect.stringMatching(/^1 models are not as they were written/)]);
    expect(await second.metric('halfspace_store_damaged_rows_total')).toBe(1);
  },
);

test.each<[string, (folder: string) => void]>([
  ['truncated', (folder) => truncateSync(join(folder, 'models.db'), 6000)],
  ['of another program', (folder) => writeFileSync(join(folder, 'models.db'), 'no database at all '.repeat(1000))],
  ['empty', (folder) => truncateSync(join(folder, 'models.db'))],
])(
  'models that are %s: they are put aside, it is told, and all else goes on',
  { timeout: TIMEOUT_MS },
  async (_, spoil) => {
    const folder = newDataFolder();
    const first = await start(folder);
    await watchTemplate(first, WATCHED);
    const lines = await sendTold(first, 300);
    await first.stop();
    spoil(folder);
    for (const beside of ['halfspace.lock', 'alerts.ids']) writeFileSync(join(folder, beside), 'neither is this');
    const second = await start(folder);
    expect((await ready(second)).degraded).toEqual([expect.stringMatching(/put aside as .*models\.db\.damaged-/)]);
    expect(await second.metric('halfspace_store_damaged_files_total')).toBe(1);
    expect(await toldOf(second)).toEqual(expect.arrayContaining(lines));
    expect(await second.get('/detector/status')).toMatchObject({ trained: false });
    await sendTold(second, 300);
    await second.stop();
    const third = await start(folder);
    expect(await third.get('/detector/status'), 'what was learnt anew is kept').toMatchObject({ trained: true });
    expect(await ready(third)).toEqual({ ready: true });
  },
);

test('damaged live clusters: none are shown, it is told, and the models go on', { timeout: TIMEOUT_MS }, async () => {
  const folder = newDataFolder();
  const first = await start(folder, { RETRAIN_INTERVAL_SECONDS: '1' });
  await sendTold(first, 300);
  await expect.poll(() => first.get('/clusters/live'), { timeout: 20_000 }).toMatchObject({ cluster_count: 1 });
  await first.stop();
  const models = join(folder, 'models.db');
  const bytes = readFileSync(models);
  bytes[bytes.indexOf('"isAnomaly":')]! ^= 16;
  writeFileSync(models, bytes);
  const second = await start(folder);
  const sentence = /^the live clusters are not as they were written; the next retraining makes new ones/;
  await expect.poll(() => errorsOf(second), { timeout: 20_000 }).toContainEqual(expect.stringMatching(sentence));
  expect(await second.get('/clusters/live')).toMatchObject({ retrained_at: null, clusters: [] });
  expect((await ready(second)).degraded).toEqual([expect.stringMatching(sentence)]);
  expect(await second.get('/detector/status')).toMatchObject({ trained: true });
});

test(
  'live clusters that are whole and yet none: the service starts, and tells it',
  { timeout: TIMEOUT_MS },
  async () => {
    const folder = newDataFolder();
    await (await start(folder)).stop();
    const database = new DatabaseSync(join(folder, 'models.db'));
    const piece = new TextEncoder().encode('{"clusters": [');
    database.prepare('INSERT INTO live_clusters VALUES (?, ?, ?)').run(0, piece, checksumOf('0 ', piece));
    database.close();
    const second = await start(folder);
    const warnings = () => second.logs.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
    const sentence = 'the live clusters of before do not read as such; retraining makes new ones';
    await expect.poll(warnings, { timeout: 20_000 }).toContain(sentence);
    expect(await second.get('/clusters/live')).toMatchObject({ retrained_at: null, clusters: [] });
    expect(await second.stop()).toBe(0);
  },
);

test('files of a later version are left alone', { timeout: TIMEOUT_MS }, async () => {
  const folder = newDataFolder();
  expect(await (await start(folder)).stop()).toBe(0);
  const file = join(folder, 'alerts.db');
  const later = readFileSync(file);
  // Where SQLite keeps `user_version`.
  later.writeUInt32BE(99, 60);
  writeFileSync(file, later);
  const halfspace = await start(folder);
  expect((await ready(halfspace)).degraded).toEqual([
    expect.stringMatching(/has version 99, written by a later Halfspace/),
  ]);
  await watchTemplate(halfspace, WATCHED);
  const lines = await sendTold(halfspace);
  expect(await toldOf(halfspace)).toEqual(lines);
  await halfspace.stop();
  expect(readFileSync(file).equals(later)).toBe(true);
});

/** Turns a bit in the middle of a page. */
function flip(file: string, page: number): void {
  const bytes = readFileSync(file);
  bytes[page * 4096 + 3500]! ^= 16;
  writeFileSync(file, bytes);
}
