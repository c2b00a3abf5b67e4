import { setTimeout as sleep } from 'node:timers/promises';
import { portOf } from '../../e2e/otlp-client.ts';
import { ATTACKS } from '../../receive/http2-frames.ts';
import type { Fault } from '../fault.ts';
import { destroyAll, openSockets, stillOpen } from '../raw-connections.ts';

const CONNECTIONS = 20;
const FRAMES = 20_000;
const LAST_MS = 3000;

/** The HTTP/2 attacks of row S13, all of them at once. */
export const FLOODS: Fault = {
  name: 'floods',
  what: `${CONNECTIONS} connections an attack of HTTP/2 (resets, settings, pings, headers without end ...), ${FRAMES} frames each`,
  async run({ halfspace, scale, onEnd }) {
    const port = portOf(halfspace.addresses.otlp_grpc);
    const connections = Math.max(1, Math.round(CONNECTIONS * scale));
    const names = Object.keys(ATTACKS);
    let ended = 0;
    for (const name of names) {
      const bytes = ATTACKS[name]!(FRAMES);
      const sockets = await openSockets(port, connections, (socket) => void socket.resume().write(bytes));
      onEnd(() => destroyAll(sockets));
      const startMs = performance.now();
      while (stillOpen(sockets) > 0 && performance.now() - startMs < LAST_MS) await sleep(50);
      ended += connections - stillOpen(sockets);
      destroyAll(sockets);
    }
    return `${names.length} attacks, ${ended} of ${names.length * connections} connections ended by the service`;
  },
};
