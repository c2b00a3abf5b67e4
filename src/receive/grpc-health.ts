import { status } from '@grpc/grpc-js';
import type { Server, ServerUnaryCall, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';

export const HEALTH_PATH = '/grpc.health.v1.Health/';
/** Watchers over all connections; who comes later may still ask by Check. */
const WATCHERS_MAX = 100;

interface HealthRequest {
  service: string;
}

interface HealthAnswer {
  status: 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';
}

export interface Health {
  setServing(serving: boolean): void;
}

/**
 * Adds `grpc.health.v1` to a server, not serving at first. All `services` have one status, as has the server ('').
 *
 * The service is grpc-health-check's, its implementation is not: that keeps a map entry for every name ever watched.
 */
export function addHealth(server: Server, services: readonly string[]): Health {
  const names = new Set(['', ...services]);
  const watchers = new Set<ServerWritableStream<HealthRequest, HealthAnswer>>();
  let isServing = false;
  const answerFor = (name: string): HealthAnswer => {
    if (!names.has(name)) return { status: 'SERVICE_UNKNOWN' };
    return { status: isServing ? 'SERVING' : 'NOT_SERVING' };
  };
  server.addService(service, {
    check(call: ServerUnaryCall<HealthRequest, HealthAnswer>, answer: sendUnaryData<HealthAnswer>) {
      if (names.has(call.request.service)) answer(null, answerFor(call.request.service));
      else answer({ code: status.NOT_FOUND, details: 'no such service' });
    },
    list(_call: unknown, answer: sendUnaryData<{ statuses: Record<string, HealthAnswer> }>) {
      answer(null, { statuses: Object.fromEntries([...names].map((name) => [name, answerFor(name)])) });
    },
    watch(call: ServerWritableStream<HealthRequest, HealthAnswer>) {
      if (watchers.size >= WATCHERS_MAX) {
        call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: `${WATCHERS_MAX} watchers already, use Check` });
        return;
      }
      watchers.add(call);
      call.on('cancelled', () => watchers.delete(call));
      call.write(answerFor(call.request.service));
    },
  });
  return {
    setServing(serving) {
      if (serving === isServing) return;
      isServing = serving;
      for (const watcher of watchers) watcher.write(answerFor(watcher.request.service));
    },
  };
}
