import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { Http2Gate, StreamTurns } from '../../src/receive/http2-gate.ts';
import { PREFACE } from './grpc-harness.ts';
import { END_HEADERS, HEADERS, http2Frame, shortResets } from './http2-frames.ts';

const DATA = 0;

/** A gate on one end of a connection, and the other end. */
async function openGate(turns = new StreamTurns()): Promise<{ gate: Http2Gate; peer: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const peer = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = await accepted;
  const gate = new Http2Gate(socket, turns);
  onTestFinished(async () => {
    gate.destroy();
    peer.destroy();
    await once(server.close(), 'close');
  });
  return { gate, peer };
}

const frame = fc
  .tuple(fc.constantFrom(DATA, HEADERS), fc.uint8Array({ maxLength: 300 }))
  .map(([type, payload]) => http2Frame(type, END_HEADERS, 1, payload));

test('hands on every byte in order, however they come, and then the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 400 }), fc.integer({ min: 1, max: 5000 }), async (frames, step) => {
      const { gate, peer } = await openGate();
      const sent = Buffer.concat([PREFACE, ...frames]);
      for (let at = 0; at < sent.length; at += step) {
        peer.write(sent.subarray(at, at + step));
        if (at % 3 === 0) await setImmediate();
      }
      peer.end();
      expect(Buffer.concat(await gate.toArray())).toEqual(sent);
      gate.write('back');
      expect(String(await once(peer, 'data'))).toBe('back');
    }),
    { numRuns: 20 },
  );
});

test('opens at most 100 streams of a connection at a time, and some hundreds of all in a turn', async () => {
  const turns = new StreamTurns();
  const gates = await Promise.all(Array.from({ length: 20 }, () => openGate(turns)));
  const streamsIn = (bytes: Buffer) => Math.ceil(bytes.length / 26);
  let turn = 0;
  let most = 0;
  let largest = 0;
  let bytes = 0;
  const flood = shortResets(1000);
  const whole = Promise.withResolvers<void>();
  for (const { gate, peer } of gates) {
    gate.on('data', (chunk: Buffer) => {
      if (turn === 0) void setImmediate().then(() => (turn = 0));
      turn += streamsIn(chunk);
      most = Math.max(most, turn);
      largest = Math.max(largest, streamsIn(chunk));
      bytes += chunk.length;
      if (bytes === flood.length * gates.length) whole.resolve();
    });
    peer.write(flood);
  }
  await whole.promise;
  expect(largest).toBeLessThanOrEqual(102);
  expect(most).toBeLessThanOrEqual(1000);
});
