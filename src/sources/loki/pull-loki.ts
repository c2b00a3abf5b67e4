import type { LevelIndex } from '../../domain/level.ts';
import { sniffLevelOfText } from '../../domain/level-sniff.ts';
import type { Pull } from '../pull/pull.ts';
import type { PulledRows } from '../pull/pulled-rows.ts';
import { jsonObjectOf } from '../record/json-line.ts';
import { recordFields } from '../record/record-fields.ts';
import type { LokiEntry, LokiLabels } from './loki-entries.ts';
import { labelFacts } from './loki-labels.ts';
import type { LabelFacts } from './loki-labels.ts';
import { LokiQueries } from './loki-queries.ts';
import type { Part } from './loki-queries.ts';

const NS_PER_MS = 1_000_000n;

/**
 * Pages backwards in time with `query_range` (Loki's HTTP API). A page that is full may hold only some of the entries
 * of its oldest nanosecond: these are left to the next page, which ends behind that nanosecond. A nanosecond that fills a
 * page is read apart, and so is the one that a query begins with, so that no entry is lost or doubled.
 */
export const pullLoki: Pull = async (request, context) => {
  const queries = new LokiQueries(request.values, context);
  const rows = new LokiRows(context.rows);
  const startNs = BigInt(request.startMs) * NS_PER_MS;
  const endNs = BigInt(request.endMs) * NS_PER_MS;
  await pullSpan(queries, rows, startNs, endNs);
  if (rows.isEmpty && (await queries.chooseLabel({ startNs, endNs }))) await pullSpan(queries, rows, startNs, endNs);
};

async function pullSpan(queries: LokiQueries, rows: LokiRows, startNs: bigint, beforeNs: bigint): Promise<void> {
  let endNs = beforeNs;
  while (endNs > startNs) {
    const page = await queries.page({ startNs, endNs });
    const oldestNs = page.entries.at(-1)?.timeNs ?? endNs;
    // Entries of this nanosecond are not to be relied on.
    const openNs = page.isFull ? oldestNs : page.startNs;
    const sure = page.entries.filter(({ timeNs }) => timeNs > openNs);
    if (!rows.take(sure)) return;
    if (page.isFull && sure.length > 0) endNs = openNs + 1n;
    else {
      const isThere = openNs === oldestNs;
      if (isThere && !(await takeInstant(queries, rows, openNs))) return;
      endNs = openNs;
    }
  }
}

/**
 * The entries of one nanosecond. Where they are more than a page, they are divided by what their lines and labels
 * differ in, and each part is read in the same way; those that nothing tells apart count as missing beyond a page.
 *
 * @returns whether older rows are wanted.
 */
async function takeInstant(queries: LokiQueries, rows: LokiRows, timeNs: bigint): Promise<boolean> {
  const parts: Part[] = [{ stages: '', divisions: 0 }];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const read = await queries.instant(timeNs, part);
    if ('parts' in read) parts.push(...read.parts);
    else {
      if (read.isCut) rows.miss();
      if (!rows.take(read.entries)) return false;
    }
  }
  return true;
}

/** Turns entries of Loki into rows. */
class LokiRows {
  readonly #rows: PulledRows;
  /** By stream of an answer: its labels are read once for all its entries. */
  readonly #facts = new WeakMap<LokiLabels, LabelFacts>();
  isEmpty = true;

  constructor(rows: PulledRows) {
    this.#rows = rows;
  }

  /** @returns whether older rows are wanted. */
  take(entries: readonly LokiEntry[]): boolean {
    if (entries.length > 0) this.isEmpty = false;
    return entries.every((entry) => this.#takeEntry(entry));
  }

  miss(): void {
    this.#rows.miss();
  }

  #takeEntry({ timeNs, line, labels }: LokiEntry): boolean {
    const timeMs = Number(timeNs / NS_PER_MS);
    const { service, level, guessedLevel } = this.#factsOf(labels);
    const record = jsonObjectOf(line);
    if (record === undefined) return this.#rows.add(line, timeMs, level ?? levelOfLine(line, guessedLevel), service);
    const fields = recordFields(record, this.#rows.timestamps, false, guessedLevel);
    return this.#rows.add(fields.message, timeMs, level ?? fields.level, service ?? fields.service);
  }

  #factsOf(labels: LokiLabels): LabelFacts {
    const known = this.#facts.get(labels);
    if (known !== undefined) return known;
    const facts = labelFacts(labels);
    this.#facts.set(labels, facts);
    return facts;
  }
}

/** What the line says of itself goes over Loki's guess, which takes any "error" in it for its level. */
function levelOfLine(line: string, guessedLevel: LevelIndex | undefined): LevelIndex | undefined {
  return sniffLevelOfText(line) ?? guessedLevel;
}
