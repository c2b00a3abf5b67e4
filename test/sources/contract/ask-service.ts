import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pino } from 'pino';
import { request } from 'undici';
import { startApp } from '../../../src/app/app.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import type { SourceDeclaration } from '../../../src/sources/declaration.ts';

export type Values = ReadonlyMap<string, string>;

/** Values of a source as the environment sets them. */
export function environmentOf({ options }: SourceDeclaration, values: Values): Record<string, string> {
  return Object.fromEntries(
    [...values].map(([key, value]) => {
      const option = options.find((one) => one.key === key);
      if (option === undefined) throw new Error(`no option is called ${key}`);
      return [option.variable, value];
    }),
  );
}

export interface ServiceAnswers {
  clusters: { status: number; body: Record<string, unknown> };
  sources: { source: string; configured: boolean; credentials: { key: string; is_set: boolean }[]; supports: object }[];
  /** Everything that it said: answers, metrics, its log. */
  said: string;
}

/** Starts the service with the environment, asks it for a window, and stops it. */
export async function askService(source: string, environment: Record<string, string>, window: URLSearchParams) {
  return withService(environment, async (call, log) => {
    const clusters = await call(`/clusters?source=${source}&${window.toString()}`);
    const sources = await call('/sources');
    const credentials = await call('/credentials');
    const metrics = await call('/metrics');
    const answers: ServiceAnswers = {
      clusters: { status: clusters.status, body: JSON.parse(clusters.text) as Record<string, unknown> },
      sources: (JSON.parse(sources.text) as { sources: ServiceAnswers['sources'] }).sources,
      said: [clusters.text, sources.text, credentials.text, metrics.text, ...log].join('\n'),
    };
    return answers;
  });
}

/** Asks the service; its answer as text. */
export type CallService = (
  path: string,
  options?: { headers?: Record<string, string>; signal?: AbortSignal },
) => Promise<{ status: number; text: string }>;

/** Runs `use` with a service of that environment, and the lines of its log. */
export async function withService<Result>(
  environment: Record<string, string>,
  use: (call: CallService, log: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const log: string[] = [];
  const ports = { REST_PORT: '0', OTLP_GRPC_PORT: '0', OTLP_HTTP_PORT: '0', WATCH_PORT: '0', SHARDS: '1' };
  const config = loadConfig({ ...ports, ...environment }, undefined, 1);
  const app = await startApp(config, pino({ level: 'trace' }, { write: (line: string) => void log.push(line) }));
  try {
    const call: CallService = async (path, options = {}) => {
      const { statusCode, body } = await request(`http://127.0.0.1:${app.ports.rest}${path}`, options);
      return { status: statusCode, text: await body.text() };
    };
    return await use(call, log);
  } finally {
    await app.stop();
  }
}

/** Runs the command line on a window of the source; its lines of standard output, and what it said beside them. */
export async function askCommandLine(
  args: readonly string[],
  environment: Record<string, string>,
): Promise<{ code: number | null; lines: Record<string, unknown>[]; stderr: string }> {
  const child = spawn(process.execPath, ['src/halfspace.ts', ...args], { env: { ...process.env, ...environment } });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
  }
  child.stdin.end();
  const [code] = (await once(child, 'close')) as [number | null];
  const lines = said.stdout.split('\n').filter((line) => line !== '');
  return { code, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>), stderr: said.stderr };
}
