import { setTimeout as sleep } from 'node:timers/promises';
import { portOf } from '../../e2e/otlp-client.ts';
import type { RunningHalfspace } from '../../e2e/halfspace.ts';
import { ATTACKS, shortResets } from '../../receive/http2-frames.ts';
import type { Fault, FaultContext } from '../fault.ts';
import { destroyAll, openSockets, stillOpen } from '../raw-connections.ts';

const CONNECTIONS = 20;
const FRAMES = 20_000;
const PIPELINES = 400;
const PIPELINED = 2000;
const LAST_MS = 2000;
const FLOODS_OF = { ...ATTACKS, 'resets in 26 bytes': shortResets };

interface Flood {
  port: number;
  connections: number;
  /** What each of them sends. */
  bytes: Buffer;
}

/** The attacks of row S13, one after the other on each port that speaks HTTP/2, and HTTP/1.1. */
export const FLOODS: Fault = {
  name: 'floods',
  what: `${CONNECTIONS} connections an attack of HTTP/2 on OTLP/gRPC, OTLP/HTTP and Watch (resets, settings, pings, headers without end ...), ${FRAMES} frames each, and ${PIPELINES} of HTTP/1.1 on OTLP/HTTP and REST, ${PIPELINED} requests at once each`,
  async run(context) {
    const { halfspace, scale } = context;
    const floods = [...http2Floods(halfspace, scale), ...http1Floods(halfspace, scale)];
    let all = 0;
    let ended = 0;
    for (const flood of floods) {
      all += flood.connections;
      ended += await endedOf(flood, context);
    }
    const pipelines = await halfspace.metric('halfspace_pipelines_ended_total');
    return `${floods.length} attacks on four ports, ${ended} of ${all} connections ended by the service, ${pipelines} of them for requests of HTTP/1.1`;
  },
};

function http2Floods({ addresses: { otlp_grpc, otlp_http, watch } }: RunningHalfspace, scale: number): Flood[] {
  const connections = Math.max(1, Math.round(CONNECTIONS * scale));
  return [otlp_grpc, otlp_http, watch].flatMap((address) =>
    Object.values(FLOODS_OF).map((attack) => ({ port: portOf(address), connections, bytes: attack(FRAMES) })),
  );
}

function http1Floods({ addresses: { otlp_http, rest } }: RunningHalfspace, scale: number): Flood[] {
  const connections = Math.round(PIPELINES * scale);
  const flood = (address: string, request: string): Flood => {
    return { port: portOf(address), connections, bytes: Buffer.from(`${request}\r\n\r\n`.repeat(PIPELINED)) };
  };
  return [
    flood(
      otlp_http,
      'POST /v1/logs HTTP/1.1\r\nhost: test\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0',
    ),
    flood(rest, 'GET /ready HTTP/1.1\r\nhost: localhost'),
    // Node answers these by itself.
    flood(rest, 'GET /ready HTTP/1.1'),
  ];
}

async function endedOf({ port, connections, bytes }: Flood, { onEnd }: FaultContext): Promise<number> {
  const sockets = await openSockets(port, connections, (socket) => void socket.resume().write(bytes));
  onEnd(() => destroyAll(sockets));
  const startMs = performance.now();
  while (stillOpen(sockets) > 0 && performance.now() - startMs < LAST_MS) await sleep(50);
  const ended = connections - stillOpen(sockets);
  destroyAll(sockets);
  return ended;
}
