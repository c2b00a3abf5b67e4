import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { part } from '../parts/part.ts';
import { runCommand } from '../parts/run-command.ts';

export interface GhzLoad {
  target: string;
  body: Buffer;
  concurrency: number;
  /** How much to send: so many requests, or for so long at that rate. */
  amount: { requests: number } | { perSecond: number; seconds: number };
}

export interface GhzResult {
  ok: number;
  failed: number;
  /** Milliseconds. */
  latencyP50: number;
  latencyP99: number;
}

interface GhzReport {
  statusCodeDistribution: Record<string, number>;
  latencyDistribution: { percentage: number; latency: number }[] | null;
}

/** Sends one encoded request over and over with ghz, a gRPC client in Go. */
export async function runGhz(load: GhzLoad): Promise<GhzResult> {
  const folder = await mkdtemp(join(tmpdir(), 'halfspace-ghz-'));
  try {
    const body = join(folder, 'request.bin');
    await writeFile(body, load.body);
    const amount =
      'requests' in load.amount
        ? ['-n', load.amount.requests]
        : ['-r', load.amount.perSecond, '-z', `${load.amount.seconds}s`, '--duration-stop', 'wait'];
    const proto = fileURLToPath(new URL('raw-logs.proto', import.meta.url));
    const call = ['--proto', proto, '--call', 'opentelemetry.proto.collector.logs.v1.LogsService/Export', '-B', body];
    const args = ['--insecure', '-O', 'json', '-c', load.concurrency, ...amount, ...call, load.target];
    return summary(JSON.parse(await runCommand(await part('ghz'), args.map(String))) as GhzReport);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function summary({ statusCodeDistribution, latencyDistribution }: GhzReport): GhzResult {
  const ok = statusCodeDistribution['OK'] ?? 0;
  const all = Object.values(statusCodeDistribution).reduce((sum, count) => sum + count, 0);
  const percentile = (wanted: number) =>
    (latencyDistribution?.find(({ percentage }) => percentage === wanted)?.latency ?? Number.NaN) / 1e6;
  return { ok, failed: all - ok, latencyP50: percentile(50), latencyP99: percentile(99) };
}
