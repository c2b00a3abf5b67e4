import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import type { Fault } from '../fault.ts';

const WINDOWS = 4;
const TIMEOUT_SECONDS = 1;
/** A call is made once more before its window is given up, and others of the store wait for it no longer than that. */
const WAIT_MS = 30_000;
const OK = 200;
const BUSY = 503;
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
    let hanging = windows;
    const asked = Array.from({ length: windows }, () => ask('loki').finally(() => hanging--));
    const buffer = await ask('otlp');
    if (buffer !== OK) throw new Error(`the window of the buffer was answered with ${buffer} meanwhile`);
    if (hanging === 0) throw new Error('the window of the buffer waited for those of the store');
    const statuses = await Promise.all(asked);
    isSilent = false;
    const last = await ask('loki');
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    const given = statuses.filter((status) => status === TOOK_TOO_LONG).length;
    const late = statuses.filter((status) => status === BUSY).length;
    if (given === 0 || given + late !== windows || last !== TOOK_TOO_LONG)
      throw new Error(
        `windows were answered with ${statuses.join(', ')}, ${last}: ${TOOK_TOO_LONG} or ${BUSY} is right`,
      );
    return `${given + 1} windows given up and ${late} refused within ${seconds} s; one of the buffer is answered meanwhile`;
  },
};

async function statusOf(url: string): Promise<number> {
  const { statusCode, body } = await request(url, { headersTimeout: WAIT_MS, bodyTimeout: WAIT_MS });
  await body.dump();
  return statusCode;
}
