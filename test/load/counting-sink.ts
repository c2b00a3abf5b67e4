import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingSink {
  readonly url: string;
  readonly received: number;
  stop(): Promise<void>;
}

/** A receiver of webhooks on loopback that takes all and keeps none, so that a run may be long. */
export async function startCountingSink(): Promise<CountingSink> {
  let received = 0;
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      received++;
      response.writeHead(204).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get received() {
      return received;
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
