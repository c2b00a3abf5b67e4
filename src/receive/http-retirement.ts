import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Http2Session } from 'node:http2';
import { connectionOf } from './http-listener.ts';

/** Decides which answer is the last of its connection: when the connection is old, or the receiver stops. */
export interface Retirement {
  /** To be called before an answer is sent. */
  apply(request: FastifyRequest, reply: FastifyReply): void;
  stop(): void;
  isStopping(): boolean;
}

export function createRetirement(connectionAgeMaxMs: number): Retirement {
  const firstSeenMs = new WeakMap<object, number>();
  let stopping = false;
  return {
    apply(request, reply) {
      const connection = connectionOf(request.raw);
      const nowMs = performance.now();
      const sinceMs = firstSeenMs.get(connection);
      if (sinceMs === undefined) firstSeenMs.set(connection, nowMs);
      const isOld = sinceMs !== undefined && nowMs - sinceMs >= connectionAgeMaxMs;
      if (!stopping && !isOld) return;
      // HTTP/2 has no such header: its GOAWAY lets the streams that are open finish.
      if (request.raw.httpVersionMajor === 2) (connection as Http2Session).close();
      else reply.header('connection', 'close');
    },
    stop() {
      stopping = true;
    },
    isStopping: () => stopping,
  };
}
