import { setTimeout as sleep } from 'node:timers/promises';
import { portOf } from '../../e2e/otlp-client.ts';
import { ATTACKS, shortResets } from '../../receive/http2-frames.ts';
import type { Fault } from '../fault.ts';
import { destroyAll, openSockets, stillOpen } from '../raw-connections.ts';

const CONNECTIONS = 20;
const FRAMES = 20_000;
const LAST_MS = 2000;
const FLOODS_OF = { ...ATTACKS, 'resets in 26 bytes': shortResets };

/** The HTTP/2 attacks of row S13, one after the other on each port that speaks it. */
export const FLOODS: Fault = {
  name: 'floods',
  what: `${CONNECTIONS} connections an attack of HTTP/2 on OTLP/gRPC, OTLP/HTTP and Watch (resets, settings, pings, headers without end ...), ${FRAMES} frames each`,
  async run({ halfspace, scale, onEnd }) {
    const { otlp_grpc, otlp_http, watch } = halfspace.addresses;
    const connections = Math.max(1, Math.round(CONNECTIONS * scale));
    const attacks = [otlp_grpc, otlp_http, watch].flatMap((address) =>
      Object.values(FLOODS_OF).map((attack) => ({ port: portOf(address), attack })),
    );
    let ended = 0;
    for (const { port, attack } of attacks) {
      const bytes = attack(FRAMES);
      const sockets = await openSockets(port, connections, (socket) => void socket.resume().write(bytes));
      onEnd(() => destroyAll(sockets));
      const startMs = performance.now();
      while (stillOpen(sockets) > 0 && performance.now() - startMs < LAST_MS) await sleep(50);
      ended += connections - stillOpen(sockets);
      destroyAll(sockets);
    }
    const all = attacks.length * connections;
    return `${attacks.length} attacks on three ports, ${ended} of ${all} connections ended by the service`;
  },
};
