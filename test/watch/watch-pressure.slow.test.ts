import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { MIB, connectHttp2, connectRaw, rawCall } from '../receive/grpc-harness.ts';
import { ATTACKS, shortCallResets, shortResets } from '../receive/http2-frames.ts';
import { startProcess } from '../receive/start-process.ts';

const TIMEOUT_MS = 60_000;
const resetsOfWatch = (count: number) => shortCallResets(count, '/halfspace.v1.AlertService/Watch');

test.each([
  ...Object.entries(ATTACKS).map(([name, attack]) => [name, 100, 128, attack] as const),
  ['rapid reset in 26 bytes a stream', 400, 384, shortResets] as const,
  ['rapid reset of Watch itself', 400, 512, resetsOfWatch] as const,
])(
  'S13: on the watch port %s on %i connections costs less than %i MiB, and the next call is answered',
  async (_, connections, mebibytes, attack) => {
    const server = await startProcess('watch');
    const flood = attack(10_000);
    const attackers = await Promise.all(Array.from({ length: connections }, () => connectRaw(server.port)));
    await Promise.all(
      attackers.map(({ socket, closed }) =>
        Promise.race([closed, new Promise<void>((resolve) => void socket.write(flood, () => resolve()))]),
      ),
    );
    const good = await connectHttp2(server.port);
    const answer = await rawCall(good, [], { ':path': '/halfspace.v1.AlertService/Nothing' });
    expect(answer.code).toBe(status.UNIMPLEMENTED);
    expect((await server.memory()).growth).toBeLessThan(mebibytes * MIB);
  },
  TIMEOUT_MS,
);
