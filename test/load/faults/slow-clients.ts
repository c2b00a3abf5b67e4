import { setTimeout as sleep } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { portOf } from '../../e2e/otlp-client.ts';
import { PREFACE } from '../../receive/grpc-harness.ts';
import type { Fault } from '../fault.ts';
import { destroyAll, openSockets, stillOpen } from '../raw-connections.ts';

const SOCKETS = 900;
const TIMEOUT_SECONDS = 2;
const DRIP_MS = 500;
const WAIT_MS = 40_000;

const HEAD = 'POST /v1/logs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-protobuf\r\n';

/** Headers that never end, bodies that come a byte at a time, and gRPC connections that stop after their preface. */
export const SLOW_CLIENTS: Fault = {
  name: 'slow clients',
  what: `${SOCKETS} connections that send a byte now and then, or nothing`,
  env: { OTLP_RECEIVE_TIMEOUT_SECONDS: String(TIMEOUT_SECONDS) },
  async run({ halfspace, scale, onEnd }) {
    const { otlp_http: http, otlp_grpc: grpc } = halfspace.addresses;
    const count = Math.ceil((SOCKETS / 3) * scale);
    const begin = (text: string | Buffer) => (socket: Socket) => void socket.resume().write(text);
    const headers = await openSockets(portOf(http), count, begin(HEAD));
    const bodies = await openSockets(portOf(http), count, begin(`${HEAD}content-length: 100000\r\n\r\n`));
    const preface = await openSockets(portOf(grpc), count, begin(PREFACE.subarray(0, 20)));
    const all = [...headers, ...bodies, ...preface];
    onEnd(() => destroyAll(all));
    const drip = setInterval(() => {
      for (const socket of [...headers, ...bodies]) if (socket.writable) socket.write('x');
    }, DRIP_MS);
    const startMs = performance.now();
    while (stillOpen(all) > 0 && performance.now() - startMs < WAIT_MS) await sleep(100);
    clearInterval(drip);
    const left = stillOpen(all);
    const seconds = (performance.now() - startMs) / 1000;
    if (left > 0) {
      const kinds = [headers, bodies, preface].map(stillOpen).join(', ');
      throw new Error(`still open after ${WAIT_MS / 1000} s, by headers, bodies, prefaces: ${kinds} of ${count} each`);
    }
    return `${all.length} connections, all ended within ${seconds.toFixed(1)} s`;
  },
};
