import { EventEmitter, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { seededRandom } from '../bench/seeded-random.ts';
import { openStream } from '../serve/sse-client.ts';
import { allAnomalies, fingerprintOfLine, newDataFolder, watchTemplate } from './data-folder.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { encodeLogs, ERROR, grpcSender } from './otlp-client.ts';

/** More for a longer run: `KILL_ROUNDS=100 KILL_SEED=7`. */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 10);
const SEED = Number(process.env['KILL_SEED'] ?? 1);
const SENDERS = 4;
const LIFE_MS_MAX = 1200;
const WATCHED = fingerprintOfLine('shop', 'part 1 broke');

/** Takes single anomalies, each with its line as the body of a record. */
const alertsFileFor = (url: string) => `
sinks:
  collector:
    type: otlp
    protocol: http
    endpoint: ${url}
    title: '{{sample}}'
    rate_limit_per_minute: 6000
    queue_max: 100000
routes:
  - sinks: [collector]
    match: { events: [anomaly] }
`;

/** Lines whose request was answered OK, and what a reader of the stream saw, over all lives of the process. */
const acknowledged = new Set<string>();
const seen = new Map<number, string>();
let sent = 0;

/** Sends one request after the other until none is answered any more; each line is an anomaly, as it is watched. */
async function sendUntilGone(halfspace: RunningHalfspace, below: (end: number) => number): Promise<void> {
  const sender = grpcSender(halfspace);
  for (;;) {
    const lines = Array.from({ length: 1 + below(5) }, () => `part ${++sent} broke`);
    const answer = await sender
      .send(encodeLogs({ service: 'shop', messages: lines, severityNumber: ERROR }))
      .catch(() => undefined);
    if (answer?.isOk !== true) return;
    for (const line of lines) acknowledged.add(line);
  }
}

async function readUntilGone(halfspace: RunningHalfspace): Promise<void> {
  const last = Math.max(0, ...seen.keys());
  try {
    const stream = await openStream(`${halfspace.addresses.rest}/anomalies/stream`, { 'last-event-id': String(last) });
    for (let event = await stream.nextEvent(); event !== undefined; event = await stream.nextEvent()) {
      if (event.event === 'anomaly') seen.set(Number(event.id), String(event.data['message']));
    }
  } catch {
    // It was killed.
  }
}

/** A collector that takes what a sink of OTLP sends, and keeps the lines that it was told of. */
async function startCollector() {
  const told = new Set<string>();
  const arrivals = new EventEmitter();
  const server = createServer((request, response) => {
    const body = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request;
    const take = (bytes: Buffer) => {
      for (const [line] of bytes.toString('latin1').matchAll(/part \d+ broke/g)) told.add(line);
      response.end();
      arrivals.emit('told');
    };
    // One that was killed while it sent is not answered.
    buffer(body).then(take, () => request.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told,
    /** Resolves once it has heard of all of them, in whichever life of the process. */
    async hearsOf(lines: ReadonlySet<string>): Promise<void> {
      while ([...lines].some((line) => !told.has(line))) await once(arrivals, 'told');
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

test(
  `kill -9 at ${ROUNDS} random moments under load: what was acknowledged is there and told, what was seen keeps its id`,
  { timeout: 30_000 + ROUNDS * 20_000 },
  async () => {
    const below = seededRandom(SEED);
    await using collector = await startCollector();
    const folder = newDataFolder();
    const alertsFile = join(folder, 'alerts.yaml');
    writeFileSync(alertsFile, alertsFileFor(collector.url));
    const env = {
      DATA_DIR: join(folder, 'data'),
      ALERTS_FILE: alertsFile,
      SNAPSHOT_INTERVAL_SECONDS: '1',
      ANOMALY_LOG_MAX: '1000000',
    };
    for (let round = 0; round <= ROUNDS; round++) {
      const halfspace = await startHalfspace(env);
      onTestFinished(() => halfspace.kill());
      expect(await halfspace.get('/ready'), `round ${round}`).toEqual({ ready: true });
      const anomalies = await allAnomalies(halfspace);
      const messages = new Set(anomalies.map(({ message }) => message));
      // In a long run the ring makes room: what is gone from it has been told.
      const firstId = anomalies[0]?.id ?? 1;
      const isGone = (line: string) => firstId > 1 && collector.told.has(line);
      expect([...acknowledged].filter((line) => !messages.has(line) && !isGone(line))).toEqual([]);
      const byId = new Map(anomalies.map(({ id, message }) => [id, message]));
      expect([...seen].filter(([id, message]) => id >= firstId && byId.get(id) !== message)).toEqual([]);
      expect(anomalies.map(({ id }) => id)).toEqual(anomalies.map((_, i) => firstId + i));
      if (round === 0) await watchTemplate(halfspace, WATCHED);
      if (round === ROUNDS) {
        await collector.hearsOf(acknowledged);
        await halfspace.stop();
        break;
      }
      const reader = readUntilGone(halfspace);
      const senders = Array.from({ length: SENDERS }, () => sendUntilGone(halfspace, below));
      // The moment is what is tested: there is no event to wait for.
      await sleep(below(LIFE_MS_MAX));
      await halfspace.kill();
      await Promise.all([reader, ...senders]);
    }
    expect(acknowledged.size).toBeGreaterThan(ROUNDS);
    expect(seen.size).toBeGreaterThan(0);
  },
);
