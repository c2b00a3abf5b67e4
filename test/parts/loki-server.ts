import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { part } from './part.ts';

export interface RunningLoki {
  url: string;
  /** Entries of one stream, as `[nanoseconds, line]`, perhaps with structured metadata. */
  push(tenant: string, streams: readonly LokiStream[]): Promise<void>;
  stop(): Promise<void>;
}

export interface LokiStream {
  stream: Record<string, string>;
  values: ([ns: string, line: string] | [ns: string, line: string, metadata: Record<string, string>])[];
}

const READY_TIMEOUT_MS = 90_000;
const LINE_BYTES_MAX = 2 << 20;

/** Starts the real Loki as one process over a temporary folder, for several tenants, with any time taken. */
export async function startLoki(entriesMax = 5000): Promise<RunningLoki> {
  const program = await part('loki');
  const folder = await mkdtemp(join(tmpdir(), 'halfspace-loki-'));
  const [http, grpc] = [await freePort(), await freePort()];
  await writeFile(join(folder, 'config.yaml'), configuration(folder, http, grpc, entriesMax));
  const child = spawn(program, [`-config.file=${join(folder, 'config.yaml')}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${http}`;
  const stop = async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.race([untilReady(url), ended.then(() => Promise.reject(new Error(`Loki ended: ${said}`)))]);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    stop,
    async push(tenant, streams) {
      const { statusCode, body } = await request(`${url}/loki/api/v1/push`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-scope-orgid': tenant },
        body: JSON.stringify({ streams }),
      });
      const text = await body.text();
      if (statusCode !== 204) throw new Error(`Loki took no push: ${statusCode} ${text.slice(0, 500)}`);
      // Queries for old times go to the store alone.
      await (await request(`${url}/flush`, { method: 'POST' })).body.dump();
      await untilStored(url, tenant, streams);
    },
  };
}

/** It tells readiness by HTTP only. */
async function untilReady(url: string): Promise<void> {
  const endMs = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    const status = await request(`${url}/ready`).then(
      async ({ statusCode, body }) => {
        await body.dump();
        return statusCode;
      },
      () => 0,
    );
    if (status === 200) return;
    if (performance.now() > endMs) throw new Error(`Loki was not ready after ${READY_TIMEOUT_MS} ms`);
    await sleep(200);
  }
}

/** Flushing is over some time after it was asked for; of what was pushed before, at the same times, there is nothing. */
async function untilStored(url: string, tenant: string, streams: readonly LokiStream[]): Promise<void> {
  const times = streams.flatMap(({ values }) => values.map(([ns]) => Number(BigInt(ns) / 1_000_000n)));
  const firstMs = times.reduce((first, ms) => Math.min(first, ms), Infinity);
  const lastMs = times.reduce((last, ms) => Math.max(last, ms), -Infinity) + 1;
  const query = `sum(count_over_time({service_name=~".+"}[${lastMs - firstMs + 1}ms]))`;
  const call = `${url}/loki/api/v1/query?${new URLSearchParams({ query, time: String(lastMs / 1000) }).toString()}`;
  for (let tries = 0; ; tries++) {
    const { body } = await request(call, { headers: { 'x-scope-orgid': tenant } });
    const text = await body.text();
    if (text.includes(`,"${times.length}"]`)) return;
    if (tries === 100) throw new Error(`Loki does not show what was pushed to it: ${text.slice(0, 500)}`);
    await sleep(100);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function configuration(folder: string, http: number, grpc: number, entriesMax: number): string {
  return `
auth_enabled: true
server: { http_listen_address: 127.0.0.1, http_listen_port: ${http}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpc}, log_level: warn }
common:
  instance_addr: 127.0.0.1
  path_prefix: ${folder}
  replication_factor: 1
  ring: { kvstore: { store: inmemory } }
  storage: { filesystem: { chunks_directory: ${folder}/chunks, rules_directory: ${folder}/rules } }
ingester: { lifecycler: { min_ready_duration: 0s, final_sleep: 0s } }
schema_config:
  configs:
    - { from: 2020-01-01, store: tsdb, object_store: filesystem, schema: v13, index: { prefix: index_, period: 24h } }
limits_config:
  reject_old_samples: false
  unordered_writes: true
  allow_structured_metadata: true
  max_entries_limit_per_query: ${entriesMax}
  max_line_size: ${LINE_BYTES_MAX}
  ingestion_rate_mb: 100
  ingestion_burst_size_mb: 100
  per_stream_rate_limit: 100MB
  per_stream_rate_limit_burst: 100MB
query_scheduler: { max_outstanding_requests_per_tenant: 4096 }
analytics: { reporting_enabled: false }
`;
}
