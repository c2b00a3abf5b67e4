import type { PullContext, PullRequest } from '../pull/pull.ts';
import { connectionOf, readRows } from './query.ts';
import type { Connection } from './query.ts';

export interface Column {
  name: string;
  /** As ClickHouse writes it, without Nullable and LowCardinality: `DateTime64(9)`, `Map(String, String)`. */
  type: string;
}

/** A table of logs, and which of its columns says what. */
export interface LogTable {
  connection: Connection;
  table: string;
  timestamp: Column;
  message: Column;
  service: Column | undefined;
  /** OpenTelemetry's number, 1 to 24. */
  severityNumber: Column | undefined;
  level: Column | undefined;
  /** The exporter's time in whole seconds, by which its table is sorted and cut into parts; some have none. */
  timestampTime: Column | undefined;
  /** Whether it is the table that the Collector's exporter makes. */
  isExporters: boolean;
  /** Whether settings may be given with a query. */
  takesSettings: boolean;
}

const CALL = 'reading the columns';
/** What `getSetting('readonly')` is for users who may read and change no setting. */
const READONLY = 1;

/** Looks up the table's columns, and finds those of the row among them. */
export async function readLogTable({ values }: PullRequest, { client }: PullContext): Promise<LogTable> {
  const connection = connectionOf(values);
  const table = values.get('table') ?? 'otel_logs';
  const columns = new Map<string, Column>();
  let takesSettings = true;
  const query = {
    call: CALL,
    sql:
      "SELECT name, type, toString(getSetting('readonly')) FROM system.columns " +
      'WHERE database = {database:String} AND table = {table:String} ORDER BY position LIMIT 10000',
    parameters: { database: connection.database, table },
  };
  for (const [name, type, readonly] of await readRows(client, connection, query)) {
    if (typeof name !== 'string' || typeof type !== 'string')
      throw client.error('malformed_answer', CALL, 'its answer does not list columns: check CH_URL');
    columns.set(name, { name, type: plainType(type) });
    takesSettings = Number(readonly) !== READONLY;
  }
  const fail = (sentence: string) => client.error('configuration', CALL, sentence);
  const shown = client.shown(`${connection.database}.${table}`);
  if (columns.size === 0)
    throw fail(`no table ${shown} is there that the user may read: check CH_DATABASE, CH_TABLE and its rights`);
  const columnOf = (key: string, ...usual: string[]): Column | undefined => {
    const named = values.get(key);
    const found = named === undefined ? usual.find((name) => columns.has(name)) : named;
    const column = found === undefined ? undefined : columns.get(found);
    if (named !== undefined && column === undefined)
      throw fail(`${shown} has no column ${client.shown(named)}: check CH_${key.toUpperCase()}`);
    return column;
  };
  const timestamp = columnOf('col_timestamp', 'Timestamp');
  const message = columnOf('col_message', 'Body');
  if (timestamp === undefined || message === undefined) {
    const missing = timestamp === undefined ? 'CH_COL_TIMESTAMP' : 'CH_COL_MESSAGE';
    throw fail(`${shown} is not the Collector exporter's table: name its columns, ${missing} first`);
  }
  const isNamed = ['col_timestamp', 'col_message', 'col_level', 'col_service'].some((key) => values.has(key));
  const level = columnOf('col_level', 'SeverityText');
  const severityNumber = values.has('col_level') ? undefined : columns.get('SeverityNumber');
  return {
    connection,
    table,
    timestamp,
    message,
    level,
    severityNumber,
    service: columnOf('col_service', 'ServiceName'),
    timestampTime: timestamp.name === 'Timestamp' ? columns.get('TimestampTime') : undefined,
    isExporters: !isNamed && columns.has('ServiceName') && (level ?? severityNumber) !== undefined,
    takesSettings,
  };
}

/** `LowCardinality(Nullable(String))` is a String that may be missing. */
function plainType(type: string): string {
  const inner = /^(?:Nullable|LowCardinality)\(([^]*)\)$/.exec(type)?.[1];
  return inner === undefined ? type : plainType(inner);
}
