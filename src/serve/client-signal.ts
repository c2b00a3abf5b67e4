import type { FastifyReply } from 'fastify';
import { Problem } from './problem.ts';

/** Aborts when the client goes away before it has its answer, so that nobody works for it any longer. */
export function clientSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    // Nobody reads this problem, but it is an end that was foreseen and not an error to log.
    if (!reply.raw.writableFinished) controller.abort(new Problem(503, 'busy', 'the client went away'));
  });
  return controller.signal;
}
