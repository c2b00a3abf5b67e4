import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { productArguments } from '../parts/product.ts';
import { CANARY_ENVIRONMENT, CANARY_HEADERS, CanaryWatch } from './canary-watch.ts';

const START_TIMEOUT_MS = 30_000;
const ANY_PORTS = { REST_PORT: '0', OTLP_GRPC_PORT: '0', OTLP_HTTP_PORT: '0', WATCH_PORT: '0' };

/** host:port for OTLP/gRPC, addresses for the others, as the service says them itself. */
export interface Addresses {
  otlp_grpc: string;
  otlp_http: string;
  rest: string;
  watch: string;
}

export interface RunningHalfspace {
  readonly pid: number;
  readonly addresses: Addresses;
  /** Lines of its log so far. */
  readonly logs: readonly Record<string, unknown>[];
  /** Its standard error so far. */
  readonly complaints: string;
  get(path: string): Promise<unknown>;
  metric(name: string): Promise<number>;
  /** Anomalies from the stream, from its beginning, until `isLast` says so. */
  anomaliesUntil(isLast: (anomaly: StreamedAnomaly) => boolean): Promise<StreamedAnomaly[]>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves to the exit code. */
  readonly exited: Promise<number | null>;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface StreamedAnomaly {
  id: number;
  service: string;
  template: string;
  reasons: string[];
  message: string;
  level: string;
}

export interface ProcessOptions {
  args?: string[];
  cwd?: string;
}

/**
 * Starts the service as a process of its own, on free ports unless told otherwise. Secrets are planted in its
 * environment and in the headers of calls; when it has ended and one of them has come out anywhere, `exited`, `stop` and
 * `kill` reject.
 */
export async function startHalfspace(
  env: Record<string, string> = {},
  options: ProcessOptions = {},
): Promise<RunningHalfspace> {
  const child = spawnHalfspace(env, options);
  const logs: Record<string, unknown>[] = [];
  const closed = once(child, 'close') as Promise<[number | null]>;
  const canaries = watchCanaries(child);
  const folder = env['DATA_DIR'] === undefined ? undefined : resolve(options.cwd ?? '.', env['DATA_DIR']);
  const ended = closed.then(async ([code]) => {
    await canaries.finish(folder);
    return code;
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const ready = new Promise<Addresses>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready after ${START_TIMEOUT_MS} ms`)), START_TIMEOUT_MS);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const log = JSON.parse(line) as Record<string, unknown>;
      logs.push(log);
      if (log['msg'] !== 'ready') return;
      clearTimeout(timer);
      resolve(log as unknown as Addresses);
    });
    void closed.then(([code]) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code} before it was ready: ${complaints}${JSON.stringify(logs)}`));
    });
  });
  const addresses = await ready.catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  canaries.watch(addresses.rest, addresses.otlp_http);
  const get = async (path: string) => (await fetch(`${addresses.rest}${path}`, { headers: CANARY_HEADERS })).json();
  return {
    pid: child.pid ?? -1,
    addresses,
    logs,
    get complaints() {
      return complaints;
    },
    get,
    metric: (name) => readMetric(addresses.rest, name),
    anomaliesUntil: (isLast) => readStream(addresses.rest, isLast),
    signal: (signal) => void child.kill(signal),
    exited: ended,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        await canaries.askAll(addresses.rest, env['SIGNING_SECRET']);
        child.kill('SIGTERM');
      }
      return ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Runs the service to an end that comes by itself; killed when it does not come. */
export async function runHalfspace(
  env: Record<string, string> = {},
  options: ProcessOptions = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawnHalfspace(env, options);
  const canaries = watchCanaries(child);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => (said[name] += chunk.toString()));
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS / 2);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  await canaries.finish(env['DATA_DIR']);
  return { code, ...said };
}

/** The bare process, on free ports unless told otherwise. */
export function spawnHalfspace(env: Record<string, string> = {}, { args = [], cwd }: ProcessOptions = {}) {
  return spawn(process.execPath, [...productArguments(), ...args], {
    env: { ...process.env, ...CANARY_ENVIRONMENT, ...ANY_PORTS, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
}

function watchCanaries({ stdout, stderr }: ReturnType<typeof spawnHalfspace>): CanaryWatch {
  const canaries = new CanaryWatch();
  stdout.on('data', (chunk: Buffer) => canaries.take('its standard output', chunk, stdout));
  stderr.on('data', (chunk: Buffer) => canaries.take('its standard error', chunk, stderr));
  return canaries;
}

/** Sum over the labels of one metric. */
async function readMetric(rest: string, name: string): Promise<number> {
  const page = await (await fetch(`${rest}/metrics`, { headers: CANARY_HEADERS })).text();
  const samples = page.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

async function readStream(rest: string, isLast: (anomaly: StreamedAnomaly) => boolean): Promise<StreamedAnomaly[]> {
  const anomalies: StreamedAnomaly[] = [];
  const { body } = await fetch(`${rest}/anomalies/stream?since=0`, { headers: CANARY_HEADERS });
  let text = '';
  // Leaving the loop hangs up.
  for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith('data: ')) continue;
      const anomaly = JSON.parse(line.slice(6)) as StreamedAnomaly;
      anomalies.push(anomaly);
      if (isLast(anomaly)) return anomalies;
    }
  }
  throw new Error(`the stream ended after ${anomalies.length} anomalies`);
}
