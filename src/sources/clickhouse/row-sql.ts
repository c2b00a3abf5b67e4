import { LEVEL_SPELLINGS, levelOfNumber, levelOfSeverityNumber, levelOfText } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import type { SourceClient } from '../http/source-client.ts';
import type { Column, LogTable } from './log-table.ts';
import { quoteIdentifier, textLiteral } from './identifier.ts';
import { timeSql } from './time-sql.ts';

/** What is kept of a message, and what a character that is cut there may have more. */
const MESSAGE_BYTES_MAX = (1 << 20) + 4;

/** Begins the names of columns that stand beside the table's own. */
const INNER = 'halfspace_';

/** The columns `ms`, `message`, `service`, `number` (0 where there is none) and `text` of the window's rows. */
export function rowsSql(table: LogTable, client: SourceClient): string {
  const time = timeSql(table.timestamp);
  if (time === undefined) {
    const got = `${client.shown(table.timestamp.name)} is ${client.shown(table.timestamp.type)}`;
    throw client.error(
      'configuration',
      'reading the columns',
      `CH_COL_TIMESTAMP has to be a time, text or a number, but ${got}`,
    );
  }
  const { connection, timestampTime } = table;
  const from = `${quoteIdentifier(connection.database)}.${quoteIdentifier(table.table)}`;
  const filters = [time.isInWindow];
  // What the exporter's table is sorted by, in whole seconds, so that it need not be read as a whole.
  if (timestampTime?.type.startsWith('DateTime') === true) {
    const column = quoteIdentifier(timestampTime.name);
    filters.unshift(
      `${column} >= toDateTime(intDiv({start:Int64}, 1000)) AND ` +
        `${column} <= toDateTime(intDiv({end:Int64} + 999, 1000))`,
    );
  }
  const columns = {
    ms: `assumeNotNull(${time.ms})`,
    message: messageSql(table.message),
    service: table.service === undefined ? "''" : textSql(table.service),
    number: numberSql(table.severityNumber),
    text: table.level === undefined ? "''" : textSql(table.level),
  };
  // In a query, a column is hidden by what is called like it: the table's may have any of these names.
  const inner = Object.entries(columns).map(([name, sql]) => `${sql} AS ${INNER}${name}`);
  const outer = Object.keys(columns).map((name) => `${INNER}${name} AS ${name}`);
  return `SELECT ${outer.join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${from} WHERE ${filters.join(' AND ')})`;
}

/** Level that a row states beside its message; undefined where it states none. */
export function statedLevel(table: LogTable, number: number, text: string): LevelIndex | undefined {
  return (
    levelOfSeverityNumber(number) ??
    (isSeverityNumber(table.level) ? levelOfSeverityNumber(Number(text)) : levelOfColumn(text))
  );
}

/** OpenTelemetry's numbers stand in a column of that name; other numbers are those of loggers or of syslog. */
function isSeverityNumber(column: Column | undefined): boolean {
  return column !== undefined && /^severity_?number$/i.test(column.name);
}

function levelOfColumn(text: string): LevelIndex | undefined {
  return levelOfText(text) ?? (/^\d+(?:\.0+)?$/.test(text) ? levelOfNumber(Number(text)) : undefined);
}

/**
 * An expression that is 1 only for rows that state their level beside their message: surely where it is a severity
 * number, or a spelling to the letter.
 */
export function statesLevelSql(table: LogTable): string {
  if (isSeverityNumber(table.level)) return `(toUInt8OrZero(text) BETWEEN 1 AND 24)`;
  const spellings = [...LEVEL_SPELLINGS.keys()].map(textLiteral).join(', ');
  return `(number BETWEEN 1 AND 24 OR lower(text) IN (${spellings}))`;
}

function numberSql(column: Column | undefined): string {
  return column === undefined ? 'toInt32(0)' : `ifNull(toInt32OrZero(toString(${quoteIdentifier(column.name)})), 0)`;
}

/** A text, or what stands for one: the name of an Enum, the digits of a number. */
function textSql({ name, type }: Column): string {
  const column = quoteIdentifier(name);
  const text = type.startsWith('FixedString(') ? `toStringCutToZero(${column})` : `toString(${column})`;
  return `toValidUTF8(ifNull(${text}, ''))`;
}

function messageSql(column: Column): string {
  const isText = /^(?:String|FixedString\(|Enum)/.test(column.type);
  const isNested = /^(?:Map|Array|Tuple|Nested|JSON|Object|Variant|Dynamic)\b/.test(column.type);
  const text = isText || !isNested ? textSql(column) : `toValidUTF8(toJSONString(${quoteIdentifier(column.name)}))`;
  return `substring(${text}, 1, ${MESSAGE_BYTES_MAX})`;
}
