import type { onRequestAsyncHookHandler } from 'fastify';
import { Problem } from './problem.ts';

/**
 * A hook that bounds what the bodies of calls under way may hold together. Each counts with its whole length from its
 * first byte to the end of its answer, or with `bytesMax` where it does not say how long it is.
 */
export function budgetBodies(bytesMax: number): onRequestAsyncHookHandler {
  let bytesUsed = 0;
  return async (request, reply) => {
    // Longer ones are refused as too large in a moment.
    const length = Number(request.headers['content-length'] ?? bytesMax);
    const bytes = Math.min(length, bytesMax);
    if (bytesUsed + bytes > bytesMax) {
      throw new Problem(503, 'busy', 'too many bytes of posted logs are being worked on; try again in a moment', {
        retryAfterSeconds: 1,
      });
    }
    bytesUsed += bytes;
    reply.raw.once('close', () => {
      bytesUsed -= bytes;
    });
  };
}
