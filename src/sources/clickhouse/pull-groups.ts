import type { LevelIndex } from '../../domain/level.ts';
import { INFO } from '../../domain/level.ts';
import { sniffLevelOfText } from '../../domain/level-sniff.ts';
import type { GroupsRequest, PullGroups } from '../pull/run-groups.ts';
import { GROUP_BUCKETS_MAX, GroupsUnsettled } from '../pull/row-groups.ts';
import type { GroupSink, RowGroup } from '../pull/row-groups.ts';
import type { PullContext } from '../pull/pull.ts';
import { SourceError } from '../source-error.ts';
import { bucketParts, groupsSql, spanSql } from './groups-sql.ts';
import { readLogTable } from './log-table.ts';
import type { LogTable } from './log-table.ts';
import { ENDS_WITH_CLIENT } from './pull-clickhouse.ts';
import { isLimit } from './exception.ts';
import { readRows, streamRowsWithProgress } from './query.ts';
import { rowsSql, statedLevel } from './row-sql.ts';

const CALL = 'counting rows';
/** More groups than this are no less work than rows. */
const GROUPS_MAX = 500_000;
/** Rows may come in while they are counted, and connections may break. */
const TRIES_MAX = 3;

const IS_OFF = 'CH_PUSHDOWN is false';
const IS_NOT_EXPORTERS = "the table is not the Collector exporter's: CH_PUSHDOWN=true has it counted too";

/** Has ClickHouse count a window, unless pushdown is not wanted: the rows are to be pulled then. */
export const pullClickHouseGroups: PullGroups = async (request, context, sink) => {
  const pushdown = request.values.get('pushdown')?.toLowerCase();
  if (pushdown === 'false') return IS_OFF;
  const table = await readLogTable(request, context);
  if (pushdown !== 'true' && !table.isExporters) return IS_NOT_EXPORTERS;
  for (let tries = 1; ; tries++) {
    try {
      if (await countWindow(table, request, context, sink)) return undefined;
    } catch (error) {
      context.signal.throwIfAborted();
      if (error instanceof SourceError && isLimit(error.message))
        throw new GroupsUnsettled('ClickHouse may not use as much memory as counting the window takes');
      const isBroken = error instanceof SourceError && error.code === 'unreachable';
      if (!isBroken || tries === TRIES_MAX) throw error;
      continue;
    }
    if (tries === TRIES_MAX) throw new GroupsUnsettled('rows of the window came in while they were counted');
  }
};

/** Answers whether both queries saw the same rows. */
async function countWindow(
  table: LogTable,
  { startMs, endMs, profile, apart, onCounted }: GroupsRequest,
  { client }: PullContext,
  sink: GroupSink,
): Promise<boolean> {
  const rows = rowsSql(table, client);
  const malformed = () => client.error('malformed_answer', CALL, 'its answer is not the counts that were asked for');
  const window = { start: startMs, end: endMs };
  const span = { call: CALL, sql: spanSql(rows), parameters: window };
  const [first, last, count] = ((await readRows(client, table.connection, span))[0] ?? []).map(Number);
  if (first === undefined || last === undefined || count === undefined) throw malformed();
  if (![first, last, count].every(Number.isSafeInteger)) throw malformed();
  sink.begin(first, last, count);
  if (count === 0) return true;
  if (first < startMs || last >= endMs) throw malformed();
  const query = {
    call: CALL,
    sql: groupsSql(table, rows, profile),
    parameters: {
      ...window,
      first,
      parts: bucketParts(first, last),
      limit: GROUPS_MAX + 1,
      apart: `[${apart.join(',')}]`,
    },
    settings: table.takesSettings ? ENDS_WITH_CLIENT : {},
  };
  let groups = 0;
  let counted = 0;
  let earliest = Infinity;
  let latest = -Infinity;
  const told = (share: number) => onCounted(share, Math.round(share * count));
  for await (const values of streamRowsWithProgress(client, table.connection, query, 8, told)) {
    if (++groups > GROUPS_MAX) throw new GroupsUnsettled(`the window has more than ${GROUPS_MAX} kinds of lines`);
    const group = groupOf(table, values);
    if (group === undefined) throw malformed();
    counted += group.count;
    earliest = Math.min(earliest, group.samples[0]?.timestampMs ?? Infinity);
    latest = Math.max(latest, group.lastMs);
    if (earliest < first || latest > last) return false;
    sink.add(group);
  }
  return counted === count && earliest === first && latest === last;
}

function groupOf(table: LogTable, values: unknown[]): RowGroup | undefined {
  const [service, number, text, key, count, lastMs, firstRows, buckets] = values;
  if (typeof service !== 'string' || typeof text !== 'string' || typeof key !== 'string') return undefined;
  if (!Array.isArray(firstRows) || !Array.isArray(buckets) || buckets.length !== GROUP_BUCKETS_MAX) return undefined;
  const samples: { timestampMs: number; message: string }[] = [];
  for (const row of firstRows as unknown[]) {
    const [ms, message] = Array.isArray(row) ? (row as unknown[]) : [];
    if (typeof message !== 'string') return undefined;
    samples.push({ timestampMs: Number(ms), message });
  }
  const level = statedLevel(table, Number(number), text) ?? levelOfAll(samples);
  const bucketCounts = buckets.map(Number);
  return { key, service, level, count: Number(count), lastMs: Number(lastMs), samples, bucketCounts };
}

/** The level at the head of messages that are alike. */
function levelOfAll(samples: RowGroup['samples']): LevelIndex {
  const levels = new Set(samples.map(({ message }) => sniffLevelOfText(message) ?? INFO));
  if (levels.size > 1) throw new GroupsUnsettled('lines of one kind state different levels');
  const [level = INFO] = levels;
  return level;
}
