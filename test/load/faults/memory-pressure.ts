import { Pool } from 'undici';
import { encodeLogs, messages } from '../../e2e/encode-logs.ts';
import type { Fault } from '../fault.ts';

const SECONDS = 15;
const SERVICES = 50;
const LINES = 200;
const HEAP_MIB = 96;
const OK = 200;

/** Services and templates without end, in a heap that has hardly room for them. */
export const MEMORY_PRESSURE: Fault = {
  name: 'memory pressure',
  what: `a heap of ${HEAP_MIB} MiB, and services and templates without end for ${SECONDS} s`,
  env: {
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`,
    MAX_SERVICES: '200',
    BUFFER_MAX_BYTES: String(16 << 20),
    ANOMALY_LOG_MAX: '20000',
  },
  async run({ halfspace, scale, onEnd, acknowledge }) {
    const { origin, pathname: path } = new URL(halfspace.addresses.otlp_http);
    const pool = new Pool(origin, { connections: 4 });
    onEnd(() => pool.destroy());
    const headers = { 'content-type': 'application/x-protobuf' };
    const endMs = performance.now() + SECONDS * 1000 * scale;
    let number = 0;
    let taken = 0;
    const word = (seed: number) => (Math.imul(seed, 0x9e3779b1) >>> 0).toString(36).replaceAll(/\d/g, 'q');
    while (performance.now() < endMs) {
      const all = Array.from({ length: SERVICES }, () => {
        const service = `service-${number++}`;
        return {
          service,
          messages: messages(LINES, (i) => `${word(i * 7 + number)} ${word(i + number * 31)} happened`),
        };
      });
      const { statusCode, body } = await pool.request({ path, method: 'POST', headers, body: encodeLogs(...all) });
      await body.dump();
      if (statusCode !== OK) continue;
      taken += SERVICES;
      acknowledge(SERVICES * LINES);
    }
    const restarts = await halfspace.metric('halfspace_shard_restarts_total');
    return `${taken} of ${number} services of ${LINES} templates taken, ${restarts} times a thread was started anew`;
  },
};
