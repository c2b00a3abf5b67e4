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
  /** Sends entries, and waits until queries find them in Loki's store. */
  push(tenant: string, streams: readonly LokiStream[], selector?: string): Promise<void>;
  /** The same for a request of OTLP/HTTP, as protobuf or as an object for JSON, of entries in the given milliseconds. */
  pushOtlp(tenant: string, body: Uint8Array | object, timesMs: readonly number[]): Promise<void>;
  /** Sends entries and waits for nothing: they are in Loki's memory alone. */
  send(tenant: string, streams: readonly LokiStream[]): Promise<void>;
  stop(): Promise<void>;
}

/** Entries of one stream. */
export interface LokiStream {
  stream: Record<string, string>;
  values: ([ns: string, line: string] | [ns: string, line: string, metadata: Record<string, string>])[];
}

const READY_TIMEOUT_MS = 90_000;
const LINE_BYTES_MAX = 2 << 20;

/** What one tenant is allowed, by the names of Loki's `limits_config`; for all others, Loki's defaults hold. */
export type TenantLimits = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Starts the real Loki as one process over a temporary folder, for several tenants, with any time taken. */
export async function startLoki(tenants: TenantLimits = {}): Promise<RunningLoki> {
  const program = await part('loki');
  const folder = await mkdtemp(join(tmpdir(), 'halfspace-loki-'));
  const [http, grpc] = [await freePort(), await freePort()];
  await writeFile(join(folder, 'config.yaml'), configuration(folder, http, grpc));
  await writeFile(join(folder, 'tenants.yaml'), JSON.stringify({ overrides: tenants }));
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
  const send = (tenant: string, streams: readonly LokiStream[]) =>
    post(`${url}/loki/api/v1/push`, tenant, 'application/json', JSON.stringify({ streams }));
  return {
    url,
    stop,
    send,
    async push(tenant, streams, selector) {
      await send(tenant, streams);
      const timesMs = streams.flatMap(({ values }) => values.map(([ns]) => Number(BigInt(ns) / 1_000_000n)));
      await untilStored(url, tenant, timesMs, selector);
    },
    async pushOtlp(tenant, body, timesMs) {
      const isBinary = body instanceof Uint8Array;
      const type = isBinary ? 'application/x-protobuf' : 'application/json';
      await post(`${url}/otlp/v1/logs`, tenant, type, isBinary ? body : JSON.stringify(body));
      await untilStored(url, tenant, timesMs);
    },
  };
}

async function post(url: string, tenant: string, type: string, content: string | Uint8Array): Promise<void> {
  const { statusCode, body } = await request(url, {
    method: 'POST',
    headers: { 'content-type': type, 'x-scope-orgid': tenant },
    body: content,
  });
  const text = await body.text();
  if (statusCode !== 204) throw new Error(`Loki took no push: ${statusCode} ${text.slice(0, 500)}`);
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

/**
 * Queries for old times go to the store alone, so what is in memory is flushed, which is over some time after it was
 * asked for. Of what was pushed before, at the same times, there is nothing.
 */
async function untilStored(
  url: string,
  tenant: string,
  timesMs: readonly number[],
  selector = '{service_name=~".+"}',
): Promise<void> {
  await (await request(`${url}/flush`, { method: 'POST' })).body.dump();
  const firstMs = timesMs.reduce((first, ms) => Math.min(first, ms), Infinity);
  const lastMs = timesMs.reduce((last, ms) => Math.max(last, ms), -Infinity) + 1;
  const query = `sum(count_over_time(${selector}[${lastMs - firstMs + 1}ms]))`;
  const call = `${url}/loki/api/v1/query?${new URLSearchParams({ query, time: String(lastMs / 1000) }).toString()}`;
  for (let tries = 0; ; tries++) {
    const { body } = await request(call, { headers: { 'x-scope-orgid': tenant } });
    const text = await body.text();
    if (text.includes(`,"${timesMs.length}"]`)) return;
    if (tries === 200) throw new Error(`Loki does not show what was pushed to it: ${text.slice(0, 500)}`);
    await sleep(50);
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

function configuration(folder: string, http: number, grpc: number): string {
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
  max_line_size: ${LINE_BYTES_MAX}
  ingestion_rate_mb: 100
  ingestion_burst_size_mb: 100
  per_stream_rate_limit: 100MB
  per_stream_rate_limit_burst: 100MB
querier: { multi_tenant_queries_enabled: true }
query_scheduler: { max_outstanding_requests_per_tenant: 4096 }
runtime_config: { file: ${folder}/tenants.yaml }
analytics: { reporting_enabled: false }
`;
}
