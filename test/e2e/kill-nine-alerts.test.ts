import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test, vi } from 'vitest';
import { loadLogsService } from '../../src/receive/otlp-grpc-definitions.ts';
import { seededRandom } from '../bench/seeded-random.ts';
import { fingerprintOfLine, newDataFolder, watchTemplate } from './data-folder.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { encodeLogs, ERROR, grpcSender } from './otlp-client.ts';

/** More for a longer run: `KILL_ROUNDS=100 KILL_SEED=7`. */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 10);
const SEED = Number(process.env['KILL_SEED'] ?? 1);
const SENDERS = 2;
const LIFE_MS_MAX = 1200;
const DELIVERY_MS_MAX = 60_000;
const WATCHED = fingerprintOfLine('shop', 'part 1 broke');
const LOGS_SERVICE = loadLogsService();

interface Exported {
  resourceLogs: { scopeLogs: { logRecords: { attributes: { key: string; value: { stringValue?: string } }[] }[] }[] }[];
}

/** What a receiver of OTLP that fails every other time has been told: the message of each alert, by the alert's id. */
async function startFlakyReceiver(): Promise<{ url: string; told: Map<string, string>; twice: () => number }> {
  const told = new Map<string, string>();
  let requests = 0;
  let twice = 0;
  const server = createServer((request, response) => {
    void readBody(request)
      .then((body) => {
        for (const [id, message] of alertsOf(body)) {
          if (told.has(id)) twice++;
          // A receiver that tells duplicates by their id must not lose another alert by it.
          if ((told.get(id) ?? message) !== message) throw new Error(`${id} was told with two messages`);
          told.set(id, message);
        }
        // Half of what was taken is not acknowledged, as by a connection that breaks.
        response.writeHead(requests++ % 2 === 0 ? 503 : 200).end();
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, told, twice: () => twice };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return gunzipSync(Buffer.concat(parts));
}

function alertsOf(body: Buffer): [string, string][] {
  const exported = LOGS_SERVICE.Export.requestDeserialize(body) as Exported;
  const records = exported.resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords));
  return records.map(({ attributes }) => {
    const textOf = (name: string) => attributes.find(({ key }) => key === name)?.value.stringValue ?? '';
    return [textOf('halfspace.alert.id'), textOf('halfspace.message')];
  });
}

async function sendUntilGone(
  halfspace: RunningHalfspace,
  nextLine: () => string,
  acknowledged: Set<string>,
): Promise<void> {
  const sender = grpcSender(halfspace);
  for (;;) {
    const lines = Array.from({ length: 3 }, nextLine);
    const request = encodeLogs({ service: 'shop', messages: lines, severityNumber: ERROR });
    const answer = await sender.send(request).catch(() => undefined);
    if (answer?.isOk !== true) return;
    for (const line of lines) acknowledged.add(line);
  }
}

test(
  `kill -9 at ${ROUNDS} random moments, a tool that fails every other time: every acknowledged anomaly is delivered`,
  { timeout: 60_000 + DELIVERY_MS_MAX + ROUNDS * 20_000 },
  async () => {
    const below = seededRandom(SEED);
    const receiver = await startFlakyReceiver();
    const folder = newDataFolder();
    const alerts = join(newDataFolder(), 'alerts.yaml');
    await writeFile(
      alerts,
      `
sinks: { tool: { type: otlp, protocol: http, endpoint: "${receiver.url}", queue_max: 100000, rate_limit_per_minute: 100000 } }
routes: [{ match: { events: [anomaly] }, sinks: [tool] }]`,
    );
    const env = { DATA_DIR: folder, ALERTS_FILE: alerts, SNAPSHOT_INTERVAL_SECONDS: '1' };
    const acknowledged = new Set<string>();
    let lines = 0;
    const nextLine = () => `part ${++lines} broke`;
    for (let round = 0; round < ROUNDS; round++) {
      const halfspace = await startHalfspace(env);
      onTestFinished(() => halfspace.kill());
      if (round === 0) await watchTemplate(halfspace, WATCHED);
      const senders = Array.from({ length: SENDERS }, () => sendUntilGone(halfspace, nextLine, acknowledged));
      // The moment is what is tested: there is no event to wait for.
      await sleep(below(LIFE_MS_MAX));
      await halfspace.kill();
      await Promise.all(senders);
    }
    const last = await startHalfspace(env);
    onTestFinished(() => last.kill());
    await vi.waitFor(async () => expect(await last.metric('halfspace_alerts_pending')).toBe(0), {
      timeout: DELIVERY_MS_MAX,
      interval: 200,
    });
    const messages = new Set(receiver.told.values());
    expect(acknowledged.size).toBeGreaterThan(ROUNDS);
    expect([...acknowledged].filter((line) => !messages.has(line))).toEqual([]);
    expect(receiver.twice()).toBeGreaterThan(0);
    await last.stop();
  },
);
