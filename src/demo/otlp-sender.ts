import { setTimeout as delay } from 'node:timers/promises';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { encodeLines } from './encode-lines.ts';
import { INCIDENT_AFTER_MS, Scenario } from './scenario.ts';
import type { DemoLine } from './scenario.ts';

export interface DemoOptions {
  grpcPort: number;
  host?: string;
  /** Sent with every request: the signing secret or a bearer token. */
  headers?: Record<string, string>;
  /** PEM of what signed the server's certificate; plain text without. */
  tls?: { ca: Uint8Array };
  /** A sentence about what the demo does now. */
  onStatus(sentence: string): void;
  seed?: number;
}

const EXPORT = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
const BATCH_MS = 500;
const DEADLINE_MS = 10_000;
const RETRY_MS = 1_000;

/** Sends the demo's stream to the product's own OTLP/gRPC port, as any sender would, until it is stopped. */
export function startDemo(options: DemoOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const client = new Client(
    `${options.host ?? '127.0.0.1'}:${options.grpcPort}`,
    options.tls ? credentials.createSsl(Buffer.from(options.tls.ca)) : credentials.createInsecure(),
  );
  const running = stream(client, options, stopping.signal).catch((error: unknown) => {
    if (!stopping.signal.aborted)
      options.onStatus(`demo: ended, ${error instanceof Error ? error.message : String(error)}`);
  });
  return {
    stop: async () => {
      stopping.abort();
      await running;
      client.close();
    },
  };
}

async function stream(client: Client, options: DemoOptions, signal: AbortSignal): Promise<void> {
  const startMs = Date.now();
  const scenario = new Scenario({ seed: options.seed ?? 7, startMs });
  const send = (lines: DemoLine[]) => exportUntilTaken(client, lines, options, signal);

  const backfill = scenario.backfill();
  options.onStatus(`demo: sends ${backfill.length} lines of an ordinary day to learn from`);
  await send(backfill);
  options.onStatus(`demo: the live stream starts; payments gets into trouble after ${INCIDENT_AFTER_MS / 1000} s`);

  let incident = false;
  for (;;) {
    await delay(BATCH_MS, undefined, { signal });
    const nowMs = Date.now();
    const lines = scenario.linesUntil(nowMs);
    // Said first, so that the lines which show it are read in its light.
    if (scenario.incidentAt(nowMs) !== incident) {
      incident = !incident;
      options.onStatus(
        incident ? 'demo: the database of payments runs out of connections now' : 'demo: payments has recovered',
      );
    }
    if (lines.length > 0) await send(lines);
  }
}

/** As OTLP asks of senders: a refusal that may be retried is, anything else ends the demo. */
async function exportUntilTaken(
  client: Client,
  lines: DemoLine[],
  options: DemoOptions,
  signal: AbortSignal,
): Promise<void> {
  const bytes = Buffer.from(encodeLines(lines));
  for (;;) {
    const error = await exportOnce(client, bytes, options.headers ?? {});
    if (error === undefined) return;
    if (error.code !== status.UNAVAILABLE && error.code !== status.DEADLINE_EXCEEDED) throw error;
    options.onStatus(`demo: refused for now (${error.details}), trying again`);
    await delay(RETRY_MS, undefined, { signal });
  }
}

function exportOnce(client: Client, bytes: Buffer, headers: Record<string, string>): Promise<ServiceError | undefined> {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      EXPORT,
      (body: Buffer) => body,
      (body: Buffer) => body,
      bytes,
      metadata,
      { deadline: Date.now() + DEADLINE_MS },
      (error) => resolve(error ?? undefined),
    );
  });
}
