import { part } from '../../parts/part.ts';
import { startClickHouse } from '../../parts/clickhouse.ts';
import type { ClickHouse } from '../../parts/clickhouse.ts';
import { otelLogsTable, otelRecord } from '../../sources/clickhouse/otel-logs.ts';
import { corpusRows } from '../corpus.ts';
import { short } from '../figure.ts';
import type { Figure } from '../figure.ts';
import type { Measured } from '../measured.ts';
import { runOurs } from '../run-measured.ts';

const PASSWORD = 'bench';
const RSS_MIB_MAX = 400;
const ROWS_AN_INSERT = 20_000;

/** A window of ClickHouse row by row, and counted by ClickHouse: two ways to one answer. */
export async function pushdownSection(): Promise<Figure[]> {
  const server = await startClickHouse(await part('clickhouse'), PASSWORD);
  try {
    await fill(server);
    const rows = await runOurs('pushdown', ['rows', server.url, PASSWORD]);
    const groups = await runOurs('pushdown', ['groups', server.url, PASSWORD]);
    return figuresOf(rows, groups);
  } finally {
    await server.stop();
  }
}

async function fill(server: ClickHouse): Promise<void> {
  await server.run(otelLogsTable('otel_logs'));
  let batch: object[] = [];
  let index = 0;
  for (const row of corpusRows()) {
    batch.push(otelRecord(row, index++));
    if (batch.length < ROWS_AN_INSERT) continue;
    await server.insert('otel_logs', batch);
    batch = [];
  }
  if (batch.length > 0) await server.insert('otel_logs', batch);
}

function figuresOf(rows: Measured, groups: Measured): Figure[] {
  const isSame = rows['answer'] === groups['answer'];
  const time = ({ wallSeconds, cpuSeconds }: Measured) => `${short(wallSeconds)} s, ${short(cpuSeconds)} s CPU`;
  return [
    {
      section: 'pushdown',
      what: `${short(rows.lines)} rows of ClickHouse to ${String(groups['clusters'])} clusters, counted there`,
      ours: time(groups),
      peer: `row by row ${time(rows)}`,
      ratio: `${short(rows.cpuSeconds / groups.cpuSeconds)} x CPU, ${short(rows.wallSeconds / groups.wallSeconds)} x time`,
      wanted: 'the same answer',
      met: isSame,
    },
    {
      section: 'pushdown',
      what: 'peak resident memory',
      ours: `${short(groups.peakRssMiB)} MiB`,
      peer: `row by row ${short(rows.peakRssMiB)} MiB`,
      ratio: '',
      wanted: `< ${RSS_MIB_MAX} MiB`,
      met: groups.peakRssMiB < RSS_MIB_MAX && rows.peakRssMiB < RSS_MIB_MAX,
    },
  ];
}
