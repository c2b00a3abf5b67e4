import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import type { Fault } from '../fault.ts';

const WINDOWS = 4;
const TIMEOUT_SECONDS = 1;
/** Each call is made again a few times, with pauses that grow, before its window is given up. */
const WAIT_MS = 150_000;
const OK = 200;
const TOOK_TOO_LONG = 504;
let isSilent = true;

/** A Loki that takes connections and never answers, or begins an answer and never ends it. */
export const HUNG_SOURCE: Fault = {
  name: 'source hangs',
  what: `${WINDOWS} windows at once of a store that says nothing, and one of a store that stops in the middle of an answer`,
  env: { SOURCE_TIMEOUT_SECONDS: String(TIMEOUT_SECONDS) },
  async prepare(_folder, onEnd) {
    isSilent = true;
    const server = createServer((_, response) => {
      if (isSilent) return;
      response.writeHead(OK, { 'content-type': 'application/json' });
      response.write('{"status":"success","data":{"resultType":"streams","result":[');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onEnd(async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    });
    return { env: { LOKI_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } };
  },
  async run({ halfspace, scale }) {
    const windows = Math.max(2, Math.round(WINDOWS * scale));
    const startMs = performance.now();
    const ask = (source: string) => statusOf(`${halfspace.addresses.rest}/clusters?source=${source}&window=1h`);
    const statuses = await Promise.all(Array.from({ length: windows }, () => ask('loki')));
    isSilent = false;
    statuses.push(await ask('loki'));
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    if (statuses.some((status) => status !== TOOK_TOO_LONG))
      throw new Error(`windows were answered with ${statuses.join(', ')}, each ought to be ${TOOK_TOO_LONG}`);
    const buffer = await ask('otlp');
    if (buffer !== OK) throw new Error(`the window of the buffer was answered with ${buffer} afterwards`);
    return `${statuses.length} windows given up within ${seconds} s; one of the buffer is answered after that`;
  },
};

async function statusOf(url: string): Promise<number> {
  const { statusCode, body } = await request(url, { headersTimeout: WAIT_MS, bodyTimeout: WAIT_MS });
  await body.dump();
  return statusCode;
}
