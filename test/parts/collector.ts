import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { part } from './part.ts';

export type CollectorBuild = 'otelcol' | 'otelcol-balancer';

export interface CollectorOptions {
  /** Configuration as YAML text, or the path of a file; port 0 in it is an ephemeral port. */
  config: { text: string } | { path: string };
  /** What `${env:NAME}` in the configuration gives. */
  env?: Record<string, string>;
  /** Until the Collector says that it is ready. */
  startTimeoutMs?: number;
  /** Which of the two that are built here. */
  build?: CollectorBuild;
}

/** One line of the Collector's own JSON log; fields that are not named here stand beside these. */
export interface CollectorLog {
  level: string;
  msg: string;
  [field: string]: unknown;
}

export interface RunningCollector {
  readonly pid: number;
  /** What it has said so far. */
  readonly logs: readonly CollectorLog[];
  /** host:port that its OTLP receiver listens on. */
  endpoint(protocol: 'grpc' | 'http'): string;
  /** SIGTERM: queues are drained as its configuration says. Resolves when the process has ended. */
  stop(): Promise<void>;
  /** SIGKILL. Resolves when the process has ended. */
  kill(): Promise<void>;
}

/** What the runner itself relies on: JSON logs, and no port for the Collector's own metrics. */
const OVERLAY = ['yaml:service::telemetry::logs::encoding: json', 'yaml:service::telemetry::metrics::level: none'];

/** Starts the real Collector and resolves once it says that it is ready. */
export async function startCollector(options: CollectorOptions): Promise<RunningCollector> {
  const child = spawn(await part(options.build ?? 'otelcol'), configArguments(options.config), {
    env: { ...process.env, ...options.env, ...inlineText(options.config) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const logs: CollectorLog[] = [];
  const closed = once(child, 'close');
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await closed;
  };
  try {
    await untilReady(child, logs, options.startTimeoutMs ?? 30_000);
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  return {
    pid: child.pid ?? -1,
    logs,
    endpoint: (protocol) => endpointOf(logs, protocol),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** Lets the Collector check a configuration without running it; rejects with what it says. */
export async function validateCollectorConfig(
  path: string,
  env: Record<string, string> = {},
  build: CollectorBuild = 'otelcol',
): Promise<void> {
  const child = spawn(await part(build), ['validate', '--config', path], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the Collector refuses ${path}: ${said.trim()}`);
}

function configArguments(config: CollectorOptions['config']): string[] {
  const main = 'path' in config ? config.path : `env:${TEXT_VARIABLE}`;
  return [main, ...OVERLAY].flatMap((one) => ['--config', one]);
}

const TEXT_VARIABLE = 'HALFSPACE_TEST_COLLECTOR_CONFIG';

function inlineText(config: CollectorOptions['config']): Record<string, string> {
  return 'text' in config ? { [TEXT_VARIABLE]: config.text } : {};
}

function untilReady(child: ChildProcess, logs: CollectorLog[], timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (what: string) => {
      clearTimeout(timer);
      const tail = logs.slice(-5).map((log) => JSON.stringify(log));
      reject(new Error(`the Collector ${what}: ${tail.join('\n')}`));
    };
    const timer = setTimeout(() => fail(`was not ready after ${timeoutMs} ms`), timeoutMs);
    child.on('error', (error) => fail(`did not start (${error.message})`));
    child.on('close', (code) => fail(`ended with ${code} before it was ready`));
    if (child.stderr === null) return fail('has no standard error');
    createInterface({ input: child.stderr }).on('line', (line) => {
      const log = parseLog(line);
      logs.push(log);
      if (!log.msg.startsWith('Everything is ready')) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

function parseLog(line: string): CollectorLog {
  try {
    return JSON.parse(line) as CollectorLog;
  } catch {
    return { level: 'plain', msg: line }; // what it prints before its logger stands
  }
}

function endpointOf(logs: readonly CollectorLog[], protocol: 'grpc' | 'http'): string {
  const wanted = `Starting ${protocol.toUpperCase()} server`;
  const found = logs.find((log) => log.msg === wanted)?.['endpoint'];
  if (typeof found !== 'string') throw new Error(`the Collector has no OTLP receiver for ${protocol}`);
  return found;
}
