import { LEVEL_SPELLINGS } from '../../domain/level.ts';
import type { MinerProfile } from '../../domain/profile.ts';
import { GROUP_BUCKETS_MAX, GROUP_BUCKET_MS_MIN, GROUP_SAMPLES_MAX } from '../pull/row-groups.ts';
import { textLiteral } from './identifier.ts';
import type { LogTable } from './log-table.ts';
import { statesLevelSql } from './row-sql.ts';
import { shapeSql } from './shape-sql.ts';

/** Times of the first and last of the rows that `rows` selects, and their number. */
export function spanSql(rows: string): string {
  return `SELECT min(ms), max(ms), count() FROM (${rows})`;
}

/**
 * The rows that `rows` selects in groups that no miner can tell apart, of one service and one level: columns `service`,
 * `number`, `text`, key, count, time of the last, the first few as (ms, message), counts in the window's buckets. Rows
 * with a key of the parameter `apart` are groups of one. Further parameters are `first`, the time of the window's first
 * row, and `parts`, from {@link bucketParts}.
 */
export function groupsSql(table: LogTable, rows: string, profile: MinerProfile): string {
  const bucket = `least(${GROUP_BUCKETS_MAX - 1}, intDiv((ms - {first:Int64}) * ${GROUP_BUCKETS_MAX}, {parts:Int64}))`;
  const shape = shapeSql('message', profile);
  const head = `if(${statesLevelSql(table)}, '', ${levelHeadSql('message')})`;
  const kinds =
    `SELECT ms, message, service, number, text, ${shape} AS shape, ${head} AS head, ` +
    `sipHash64(service, number, text, shape, head) AS key FROM (${rows})`;
  return (
    `SELECT service, number, text, toString(any(key)) AS g3, count() AS g4, max(ms) AS g5, ` +
    `groupArraySorted(${GROUP_SAMPLES_MAX})((ms, message)) AS g6, ` +
    `countResample(0, ${GROUP_BUCKETS_MAX}, 1)(toUInt8(${bucket})) AS g7 FROM (${kinds}) ` +
    `GROUP BY service, number, text, shape, head, ` +
    `if(key IN {apart:Array(UInt64)}, rowNumberInAllBlocks() + 1, 0) LIMIT {limit:UInt64}`
  );
}

/** 64 times the width of the window's buckets, which is a whole number of milliseconds where the width need not be. */
export function bucketParts(firstMs: number, lastMs: number): number {
  return Math.max(GROUP_BUCKET_MS_MIN * GROUP_BUCKETS_MAX, lastMs - firstMs + 1);
}

/** No level is looked for behind so many bytes of a text, with a level's own length; nor of JSON. */
const HEAD_BYTES = 128;
const JSON_HEAD_BYTES = 320;
/** Begins like JSON, a syslog priority or klog's prefix, where digits say the level. */
const TELLING_START = String.raw`^\s*(?:[{<]|[TDIWEF][0-9]{4} )`;
/** A letter in brackets, a colour, or any word that is a level somewhere. */
const TELLING_WORD =
  String.raw`(?i)\[[a-z][\] ]|\x1b|` + [...LEVEL_SPELLINGS.keys()].filter((word) => word.length > 1).join('|');

/**
 * What a message says of its own level: texts for which it is the same, and whose shape is, have the same level. Where
 * a level is told by a word, it counts how far from the start it stands, and so how many digits are before it.
 */
function levelHeadSql(message: string): string {
  const head = `substring(${message}, 1, ${HEAD_BYTES})`;
  return (
    `multiIf(match(${message}, ${textLiteral(TELLING_START)}), substring(${message}, 1, ${JSON_HEAD_BYTES}), ` +
    `match(${head}, ${textLiteral(TELLING_WORD)}), translate(${head}, '0123456789', '0000000000'), '')`
  );
}
