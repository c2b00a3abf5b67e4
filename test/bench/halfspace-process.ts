import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface HalfspaceProcess {
  pid: number;
  grpcPort: number;
  httpPort: number;
  /** Of the REST API. */
  url: string;
  /** Value of a metric, summed over its labels; 0 when it is not there. */
  metric(name: string): Promise<number>;
  stop(): Promise<void>;
}

/** Starts the whole service as a user does, on free ports, and resolves once it is ready. */
export async function startHalfspace(env: Record<string, string> = {}): Promise<HalfspaceProcess> {
  const [restPort = 0, grpcPort = 0, httpPort = 0] = await freePorts(3);
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: {
      ...process.env,
      REST_PORT: String(restPort),
      OTLP_GRPC_PORT: String(grpcPort),
      OTLP_HTTP_PORT: String(httpPort),
      LOG_LEVEL: 'warn',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const closed = once(child, 'close');
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await closed;
  };
  const url = `http://127.0.0.1:${restPort}`;
  try {
    await untilReady(url, () => child.exitCode);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid ?? -1, grpcPort, httpPort, url, metric: (name) => readMetric(url, name), stop };
}

async function untilReady(url: string, exitCode: () => number | null): Promise<void> {
  const deadlineMs = Date.now() + 30_000;
  while (Date.now() < deadlineMs) {
    if (exitCode() !== null) throw new Error(`Halfspace ended with ${exitCode()} before it was ready`);
    const answer = await fetch(`${url}/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await delay(100);
  }
  throw new Error('Halfspace was not ready after 30 s');
}

async function readMetric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const values = text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
  return values.reduce((sum, value) => sum + value, 0);
}

/** Ports that were free a moment ago. All are held at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
