import { once } from 'node:events';
import { connect } from 'node:http2';
import type { ClientHttp2Stream } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { portOf } from '../../e2e/otlp-client.ts';
import { EXPORT_PATH } from '../../receive/grpc-harness.ts';
import type { Fault } from '../fault.ts';

const CONNECTIONS = 20;
const STREAMS = 100;
const WAIT_MS = 40_000;
/** A message of a mebibyte of which the first kilobyte comes. */
const HALF = Buffer.concat([Buffer.of(0, 0, 0x10, 0, 0), Buffer.alloc(1024)]);

export const HALF_OPEN_STREAMS: Fault = {
  name: 'half-open streams',
  what: `${CONNECTIONS} x ${STREAMS} gRPC calls of which half a message comes`,
  env: { OTLP_RECEIVE_TIMEOUT_SECONDS: '2' },
  async run({ halfspace, scale, onEnd }) {
    const address = `http://127.0.0.1:${portOf(halfspace.addresses.otlp_grpc)}`;
    const connections = Math.max(1, Math.round(CONNECTIONS * scale));
    const sessions = Array.from({ length: connections }, () => connect(address));
    onEnd(() => sessions.forEach((session) => session.destroy()));
    const streams: ClientHttp2Stream[] = [];
    for (const session of sessions) {
      session.on('error', () => undefined);
      await once(session, 'connect');
      for (let i = 0; i < STREAMS; i++) {
        const stream = session.request({ ':method': 'POST', ':path': EXPORT_PATH, 'content-type': 'application/grpc' });
        stream.on('error', () => undefined).resume();
        stream.write(HALF);
        streams.push(stream);
      }
    }
    const startMs = performance.now();
    const open = () => streams.filter(({ closed }) => !closed).length;
    while (open() > 0 && performance.now() - startMs < WAIT_MS) await sleep(100);
    if (open() > 0)
      throw new Error(`${open()} of ${streams.length} half-open calls were still open after ${WAIT_MS / 1000} s`);
    return `${streams.length} calls, all ended within ${((performance.now() - startMs) / 1000).toFixed(1)} s`;
  },
};
