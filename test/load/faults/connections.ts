import { setTimeout as sleep } from 'node:timers/promises';
import { portOf } from '../../e2e/otlp-client.ts';
import type { Fault } from '../fault.ts';
import { destroyAll, openSockets, stillOpen } from '../raw-connections.ts';

const CONNECTIONS = 2000;
const CONNECTIONS_MAX = 100;
const WAIT_MS = 30_000;

export const CONNECTIONS_WITHOUT_END: Fault = {
  name: 'connections',
  what: `${CONNECTIONS} connections to each OTLP port, which takes ${CONNECTIONS_MAX}, beside the good client's`,
  env: { OTLP_MAX_CONNECTIONS: String(CONNECTIONS_MAX) },
  async run({ halfspace, scale, client, onEnd }) {
    const { otlp_http: http, otlp_grpc: grpc } = halfspace.addresses;
    const count = Math.round(CONNECTIONS * scale);
    const left: number[] = [];
    for (const address of [http, grpc]) {
      const sockets = await openSockets(portOf(address), count, (socket) => void socket.resume());
      onEnd(() => destroyAll(sockets));
      const startMs = performance.now();
      while (stillOpen(sockets) > CONNECTIONS_MAX) {
        if (performance.now() - startMs > WAIT_MS)
          throw new Error(`${stillOpen(sockets)} connections stay open, at most ${CONNECTIONS_MAX} may`);
        await sleep(50);
      }
      // Those that are in place keep what they have.
      await client.nextOk();
      left.push(stillOpen(sockets));
      destroyAll(sockets);
    }
    return `of ${count} each, ${left.join(' and ')} were kept`;
  },
};
