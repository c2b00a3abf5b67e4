import { connect } from 'node:http2';
import { expect, onTestFinished, test } from 'vitest';
import { MIB, connectRaw } from './grpc-harness.ts';
import { PROTOBUF, send } from './http-harness.ts';
import { ATTACKS, shortResets } from './http2-frames.ts';
import { startProcess } from './start-process.ts';

const TIMEOUT_MS = 180_000;
/** Of 60 MiB: what 400 streams send of it fills the budget. */
const PIECE = Buffer.alloc(160 * 1024);

/** An attacker's streams, none of which ends. Counts the answers by status. */
function openStreams(port: number, connections: number, streams: number): Map<number, number> {
  const statuses = new Map<number, number>();
  for (let connection = 0; connection < connections; connection++) {
    const session = connect(`http://127.0.0.1:${port}`, { maxSessionMemory: 500 });
    session.on('error', () => undefined);
    onTestFinished(() => session.destroy());
    for (let stream = 0; stream < streams; stream++) {
      const headers = { ':method': 'POST', ':path': '/v1/logs', 'content-type': PROTOBUF, 'content-length': 60 * MIB };
      const request = session.request(headers);
      request
        .on('error', () => undefined)
        .on('response', ({ ':status': status = 0 }) => statuses.set(status, (statuses.get(status) ?? 0) + 1));
      request.write(PIECE);
    }
  }
  return statuses;
}

const okAt = async (port: number) => (await send(`http://127.0.0.1:${port}/v1/logs`, 'good')).status;

test(
  'S9: over HTTP/2 50 connections x 100 streams of 60 MiB, unfinished, stay within the budget (64 MiB) and what a connection costs',
  async () => {
    // On a busy machine the last of them come late, and are to be refused for the budget and not for their time.
    const server = await startProcess('http', 64 * MIB, TIMEOUT_MS);
    const statuses = openStreams(server.port, 50, 100);
    await expect.poll(() => statuses.get(503) ?? 0, { timeout: 120_000 }).toBeGreaterThan(4500);
    expect([...statuses.keys()]).toEqual([503]);
    const { growth, budgetBytesUsed } = await server.memory();
    expect(budgetBytesUsed).toBeLessThanOrEqual(64 * MIB);
    expect(growth).toBeLessThan(64 * MIB + 192 * MIB);
  },
  TIMEOUT_MS,
);

const ATTACKS_OVER_HTTP = { ...ATTACKS, 'rapid reset in few bytes': shortResets };

test.each(Object.entries(ATTACKS_OVER_HTTP))(
  'S13: over OTLP/HTTP, too, %s on 100 connections costs less than 128 MiB, and the next call is answered',
  async (_, attack) => {
    const server = await startProcess('http');
    const flood = attack(10_000);
    const attackers = await Promise.all(Array.from({ length: 100 }, () => connectRaw(server.port)));
    await Promise.all(
      attackers.map(({ socket, closed }) =>
        Promise.race([closed, new Promise<void>((resolve) => void socket.write(flood, () => resolve()))]),
      ),
    );
    expect(await okAt(server.port)).toBe(200);
    expect((await server.memory()).growth).toBeLessThan(128 * MIB);
  },
  TIMEOUT_MS,
);
