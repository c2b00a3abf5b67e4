import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprintOfLine, watchTemplate } from '../e2e/data-folder.ts';
import { startHalfspace } from '../e2e/halfspace.ts';
import type { RunningHalfspace, StreamedAnomaly } from '../e2e/halfspace.ts';
import type { Fault } from './fault.ts';
import { GoodClient } from './good-client.ts';
import { processFigures } from './process-figures.ts';

/** What became of the service and of the good client's lines. */
export interface Row {
  name: string;
  what: string;
  outcome: 'survived' | 'skipped' | 'FAILED';
  /** Acknowledged error lines that are not among the anomalies, and acknowledged records that were not scored. */
  lost: number;
  /** The longest that the good client was without an acknowledgement, from the fault's beginning until after its end. */
  recoveredMs: number;
  latencyP99Ms: number;
  refused: number;
  peakRssMiB: number;
  note: string;
}

const ACKNOWLEDGED_FIRST = 20;
const SAMPLE_MS = 100;
const PORTS = ['REST_PORT', 'OTLP_GRPC_PORT', 'OTLP_HTTP_PORT', 'WATCH_PORT'];

/** Starts a service and a good client, lets the fault happen, and looks for all that was acknowledged. */
export async function runFault(fault: Fault, scale: number): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-chaos-'));
  const undos: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const onEnd = (undo: () => unknown) => void undos.push(undo);
  const empty = { lost: 0, recoveredMs: 0, latencyP99Ms: 0, refused: 0, peakRssMiB: 0 };
  const of = { name: fault.name, what: fault.what };
  try {
    const prepared = (await fault.prepare?.(folder, onEnd)) ?? { env: {} };
    if ('skip' in prepared) return { ...of, ...empty, outcome: 'skipped', note: prepared.skip };
    const env = {
      ANOMALY_LOG_MAX: '100000',
      ...(await freePorts()),
      ...(fault.keeps === true ? { DATA_DIR: folder } : {}),
      ...fault.env,
      ...prepared.env,
    };
    return { ...of, ...(await measure(fault, { env, folder, scale, onEnd })) };
  } catch (error) {
    const note = error instanceof Error ? error.message : String(error);
    return { ...of, ...empty, outcome: 'FAILED', note: note.slice(0, 500) };
  } finally {
    for (const undo of undos.toReversed()) await undo();
  }
}

async function measure(
  fault: Fault,
  row: { env: Record<string, string>; folder: string; scale: number; onEnd: (undo: () => unknown) => void },
): Promise<Omit<Row, 'name' | 'what'>> {
  const { env, folder, scale, onEnd } = row;
  const context = { halfspace: await startHalfspace(env), restarts: 0, others: 0 };
  onEnd(() => context.halfspace.kill());
  // Each error line is told: what was acknowledged can be found again.
  await watchTemplate(context.halfspace, fingerprintOfLine('failing', 'order 1 failed'));
  const client = new GoodClient(context.halfspace.addresses.otlp_http);
  onEnd(() => client.stop());
  client.start();
  while (client.acknowledged.length < ACKNOWLEDGED_FIRST) await client.nextOk();
  let peakRssMiB = 0;
  const sampler = setInterval(() => (peakRssMiB = Math.max(peakRssMiB, rssOf(context.halfspace))), SAMPLE_MS);
  onEnd(() => clearInterval(sampler));

  client.longestGapMs = 0;
  const note = await fault.run({
    get halfspace() {
      return context.halfspace;
    },
    client,
    folder,
    scale,
    onEnd,
    acknowledge: (records) => void (context.others += records),
    async restart() {
      await context.halfspace.exited;
      context.restarts++;
      context.halfspace = await startHalfspace(env);
    },
  });
  await client.nextOk();
  await client.stop();
  const lost = await lostOf(context, client);
  const ended = await context.halfspace.stop();
  return {
    outcome: lost === 0 && ended === 0 ? 'survived' : 'FAILED',
    lost,
    recoveredMs: client.longestGapMs,
    latencyP99Ms: client.latency.quantile(0.99),
    refused: client.refused + client.unanswered,
    peakRssMiB,
    note: ended === 0 ? note : `${note}; the service ended with ${ended} at SIGTERM`,
  };
}

/** Free at this moment; the service comes back to the same ones. */
async function freePorts(): Promise<Record<string, string>> {
  const servers = PORTS.map(() => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => String((server.address() as AddressInfo).port));
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return Object.fromEntries(PORTS.map((name, i) => [name, ports[i]!]));
}

function rssOf({ pid }: RunningHalfspace): number {
  try {
    return processFigures(pid).rssMiB;
  } catch {
    // Between two processes there is none.
    return 0;
  }
}

async function lostOf(
  { halfspace, restarts, others }: { halfspace: RunningHalfspace; restarts: number; others: number },
  client: GoodClient,
): Promise<number> {
  const told = new Set<string>();
  for (let since = 0; ;) {
    const page = (await halfspace.get(`/anomalies?service=failing&since=${since}&limit=1000`)) as {
      anomalies: StreamedAnomaly[];
      next_since: number;
    };
    for (const { message } of page.anomalies) told.add(message);
    if (page.anomalies.length === 0) break;
    since = page.next_since;
  }
  const untold = client.acknowledged.filter((line) => !told.has(line)).length;
  if (restarts > 0) return untold;
  const scored = await halfspace.metric('halfspace_log_records_scored_total');
  return untold + Math.max(0, client.records + others - scored);
}
