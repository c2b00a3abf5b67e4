import { Pool } from 'undici';
import { encodeLogs, messages } from '../../e2e/encode-logs.ts';
import type { Fault } from '../fault.ts';

const CLIENTS = 64;
const SECONDS = 8;
const LINES = 20_000;
/** Holds half of what the clients send at once. */
const IN_FLIGHT_BYTES = 24 << 20;

/** More than can be held, from clients that come back at once when they are told to wait. */
export const OVERLOAD: Fault = {
  name: 'overload',
  what: `${CLIENTS} clients that send ${LINES} lines a request without a pause, for ${SECONDS} s`,
  env: { OTLP_IN_FLIGHT_MAX_BYTES: String(IN_FLIGHT_BYTES), OTLP_MAX_REQUEST_BYTES: String(IN_FLIGHT_BYTES) },
  async run({ halfspace, scale, onEnd, acknowledge }) {
    const { origin, pathname: path } = new URL(halfspace.addresses.otlp_http);
    const pool = new Pool(origin, { connections: CLIENTS });
    onEnd(() => pool.destroy());
    const body = encodeLogs({ service: 'loud', messages: messages(LINES, (i) => `request ${i} took ${i % 97} ms`) });
    const headers = { 'content-type': 'application/x-protobuf' };
    const endMs = performance.now() + SECONDS * 1000 * scale;
    const counts = { ok: 0, busy: 0, other: 0 };
    const load = Array.from({ length: CLIENTS }, async () => {
      while (performance.now() < endMs) {
        const { statusCode, body: answer } = await pool.request({ path, method: 'POST', headers, body });
        await answer.dump();
        counts[statusCode === 200 ? 'ok' : statusCode === 503 ? 'busy' : 'other']++;
      }
    });
    await Promise.all(load);
    acknowledge(counts.ok * LINES);
    if (counts.busy === 0) throw new Error('no request was told to come back: that was no overload');
    if (counts.other > 0) throw new Error(`${counts.other} answers were neither 200 nor 503`);
    return `${((counts.ok * LINES) / 1e6).toFixed(1)} M lines taken, ${counts.busy} requests told to come back`;
  },
};
