import { LEVELS } from '../../../src/domain/level.ts';
import type { LogRow } from '../../../src/domain/row.ts';

/** The table as the Collector's exporter makes it; an older one has no `TimestampTime`. */
export function otelLogsTable(name: string, hasTimestampTime = true): string {
  const time = hasTimestampTime ? 'TimestampTime DateTime DEFAULT toDateTime(Timestamp),' : '';
  const order = hasTimestampTime ? 'ServiceName, TimestampTime, Timestamp' : 'ServiceName, SeverityText, Timestamp';
  return `CREATE TABLE ${name} (
    Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)), ${time}
    TraceId String, SpanId String, TraceFlags UInt8,
    SeverityText LowCardinality(String), SeverityNumber UInt8,
    ServiceName LowCardinality(String), Body String,
    ResourceAttributes Map(LowCardinality(String), String), LogAttributes Map(LowCardinality(String), String)
  ) ENGINE = MergeTree PARTITION BY toDate(${hasTimestampTime ? 'TimestampTime' : 'Timestamp'}) ORDER BY (${order})`;
}

/** A row as the exporter writes it; some come by number alone, some by text. */
export function otelRecord({ timestamp, message, level, service }: LogRow, index: number): object {
  const number = 1 + 4 * LEVELS.indexOf(level);
  return {
    Timestamp: `${new Date(timestamp).toISOString().slice(0, -1).replace('T', ' ')}${String(index % 1_000_000).padStart(6, '0')}`,
    SeverityNumber: index % 3 === 0 ? 0 : number,
    SeverityText: index % 3 === 1 ? '' : level.toUpperCase(),
    ServiceName: service,
    Body: message,
  };
}
