import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeDataFolder } from './data-folder.ts';
import { makePrivate } from './private-file.ts';
import { isDamage, reasonOf } from './sqlite-error.ts';

/** "HSP1" */
const APPLICATION_ID = 0x48535031;
const PAGE_BYTES = 4096;
const PAGES_MIN = 16;
/** Of the write-ahead log, once a checkpoint has emptied it. */
const LOG_BYTES_MAX = 8 << 20;
/** Another program may look into the file for so long. */
const BUSY_MS = 2000;
const ASIDE_MAX = 2;

export interface DatabaseForm {
  /** What is done to a file of version n to make it one of version n + 1, for every n from 0. */
  migrations: readonly string[];
  /** `FULL`: what is committed survives a loss of power; `NORMAL`: the file does. */
  synchronous: 'FULL' | 'NORMAL';
  /** Whether every page is looked at when it is opened. */
  isChecked: boolean;
}

/** The file is one of a Halfspace that came after this one; it is left as it is. */
export class NewerStore extends Error {
  override readonly name = 'NewerStore';
}

/** The file cannot be ours, or is not as it was written. */
export class DamagedStore extends Error {
  override readonly name = 'DamagedStore';
}

/**
 * Opens a database, makes it when there is none, and brings one of an older version to the present.
 * Throws {@link NewerStore}, {@link DamagedStore}, or what the file system has to say.
 */
export function openDatabase(file: string, bytesMax: number, form: DatabaseForm): DatabaseSync {
  makeDataFolder(dirname(file));
  const isNew = !existsSync(file);
  if (!isNew && statSync(file).size === 0) throw new DamagedStore(`${file} is empty`);
  makePrivate(file);
  const database = new DatabaseSync(file, { timeout: BUSY_MS });
  try {
    checkOrigin(database, file, isNew, form);
    const pagesMax = Math.max(PAGES_MIN, Math.floor(bytesMax / PAGE_BYTES));
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = ${form.synchronous};
      PRAGMA journal_size_limit = ${LOG_BYTES_MAX};
      PRAGMA max_page_count = ${pagesMax};
    `);
    if (form.isChecked) checkPages(database, file);
    migrate(database, form.migrations);
    return database;
  } catch (error) {
    database.close();
    if (isDamage(error)) throw new DamagedStore(`${file} is damaged (${reasonOf(error)})`, { cause: error });
    throw error;
  }
}

/** Renames the file and what belongs to it; only the latest such files stay. Answers the new name. */
export function putAside(file: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[^0-9TZ]/g, '');
  const aside = `${file}.damaged-${stamp}`;
  for (const tail of ['', '-wal', '-shm']) if (existsSync(file + tail)) renameSync(file + tail, aside + tail);
  const folder = dirname(file);
  const older = readdirSync(folder)
    .filter((name) => name.startsWith(`${basename(file)}.damaged-`) && name.endsWith('Z'))
    .toSorted()
    .slice(0, -ASIDE_MAX);
  for (const name of older) for (const tail of ['', '-wal', '-shm']) rmSync(join(folder, name + tail), { force: true });
  return aside;
}

export function readPragma(database: DatabaseSync, name: string): number {
  const row = database.prepare(`PRAGMA ${name}`).get();
  return Number(Object.values(row ?? {})[0] ?? 0);
}

function checkOrigin(database: DatabaseSync, file: string, isNew: boolean, { migrations }: DatabaseForm): void {
  if (isNew) {
    database.exec(`
      PRAGMA page_size = ${PAGE_BYTES};
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA application_id = ${APPLICATION_ID};
    `);
    return;
  }
  if (readPragma(database, 'application_id') !== APPLICATION_ID)
    throw new DamagedStore(`${file} was not written by Halfspace`);
  const version = readPragma(database, 'user_version');
  if (version > migrations.length)
    throw new NewerStore(
      `${file} has version ${version}, written by a later Halfspace; this one reads up to ${migrations.length}`,
    );
}

function checkPages(database: DatabaseSync, file: string): void {
  const [first] = database.prepare('PRAGMA quick_check(1)').all();
  const found = String(Object.values(first ?? {})[0]);
  if (found !== 'ok') throw new DamagedStore(`${file} is damaged (${found})`);
}

/** Each step whole or not at all. */
function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  for (let version = readPragma(database, 'user_version'); version < migrations.length; version++) {
    database.exec(`BEGIN IMMEDIATE; ${migrations[version]!}; PRAGMA user_version = ${version + 1}; COMMIT;`);
  }
}
