import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Retry } from '../domain/retry.ts';
import { weightOf } from './accept.ts';
import { toProblem } from './answer-problem.ts';
import type { RestLogger } from './answer-problem.ts';
import { clientSignal } from './client-signal.ts';
import type { CallWatch } from './engine.ts';
import { problemDocument } from './problem.ts';
import type { ProgressEvent } from './schemas/progress.ts';

/** A reader that sees nothing for longer may think that the connection is dead. */
const SILENCE_MS = 10_000;

/**
 * Answers as the caller accepts: with JSON once the work is done, or with server-sent events on the way: `progress` (the
 * rows read so far, and why a store is asked again), then `result` (what JSON would have been) or `problem`.
 */
export async function withProgress<Answer>(
  request: FastifyRequest,
  reply: FastifyReply,
  logger: RestLogger,
  work: (watch: CallWatch) => Promise<Answer>,
): Promise<Answer> {
  const { accept } = request.headers;
  const signal = clientSignal(reply);
  if (accept === undefined || weightOf(accept, 'text/event-stream') <= weightOf(accept, 'application/json')) {
    return work({ signal });
  }
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.setHeader('content-type', 'text/event-stream; charset=utf-8');
  raw.setHeader('cache-control', 'no-store');
  // Proxies that buffer would hold events back; a closed stream must not keep its socket on shutdown.
  raw.setHeader('x-accel-buffering', 'no');
  raw.setHeader('connection', 'close');
  reply.hijack();
  // A reset by the reader; its 'close' ends the work.
  raw.on('error', () => undefined);
  raw.write(': reading\n\n');
  const progress = progressWriter(raw);
  try {
    const answer = await work({ signal, onProgress: progress });
    raw.end(`event: result\ndata: ${reply.serialize(answer) as string}\n\n`);
  } catch (error) {
    const problem = toProblem(error, request);
    if (problem.code === 'internal') logger.error({ err: error, route: request.routeOptions.url }, 'REST call failed');
    raw.end(`event: problem\ndata: ${JSON.stringify(problemDocument(problem))}\n\n`);
  }
  return undefined as Answer;
}

/** Tells what has changed, to a reader that keeps up. */
function progressWriter(raw: FastifyReply['raw']): NonNullable<CallWatch['onProgress']> {
  let toldRows = 0;
  let toldRetry: Retry | undefined;
  let toldMs = performance.now();
  let retryMs = toldMs;
  return (rows, _share, retry) => {
    const nowMs = performance.now();
    const isNew = rows !== toldRows || retry !== toldRetry;
    if ((!isNew && nowMs - toldMs < SILENCE_MS) || raw.writableNeedDrain) return;
    if (retry !== toldRetry) retryMs = nowMs;
    toldRows = rows;
    toldRetry = retry;
    toldMs = nowMs;
    const progress: ProgressEvent = retry === undefined ? { rows } : { rows, retry: told(retry, nowMs - retryMs) };
    raw.write(`event: progress\ndata: ${JSON.stringify(progress)}\n\n`);
  };
}

function told({ problem, attempt, attemptsMax, waitMs }: Retry, sinceMs: number): NonNullable<ProgressEvent['retry']> {
  const seconds = Math.max(0, Math.round((waitMs - sinceMs) / 100) / 10);
  return { problem, attempt, attempts_max: attemptsMax, wait_seconds: seconds };
}
