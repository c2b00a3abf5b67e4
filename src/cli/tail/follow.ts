import { request as requestPlain } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestTls } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { CommandFailure, UsageError } from '../command-context.ts';
import { connectionProblem } from '../connection-problem.ts';
import { detailIn } from '../local-rest.ts';
import { SseParser } from '../../outgoing/sse-parser.ts';
import type { ServerEvent } from '../../outgoing/sse-parser.ts';
import type { ClientTls } from '../client-tls.ts';

export interface FollowOptions {
  url: URL;
  headers: Record<string, string>;
  /** What the server's certificate is trusted by, the system's without; read at each attempt, as files are renewed. */
  tls(): ClientTls;
  /** The certificate may name another host: it is the very one that `ca` of `tls` holds. */
  isPinned: boolean;
  signal: AbortSignal;
  /** Told when the stream breaks and when it is there again. */
  onState(sentence: string): void;
}

const BACKOFF_MS = [500, 1000, 2000, 5000, 10_000];
/** The service says something at least every 15 s: silence for longer is a dead connection. */
const SILENCE_MS = 45_000;
/** It will be the same next time. */
const FINAL_STATUS: ReadonlySet<number | undefined> = new Set([400, 401, 403, 404, 405, 406]);

/** What verifying the server's certificate ends with; alerts of the server itself begin with ERR_SSL. */
const UNTRUSTED = /^(?!ERR_SSL).*(CERT|VERIFY|ISSUER)/;

/**
 * The events of a stream, until `signal` is aborted, from where it broke each time that it does. Throws `CommandFailure`
 * where the service will not have it, or is not the one that is trusted.
 */
export async function* follow(options: FollowOptions): AsyncGenerator<ServerEvent, void, undefined> {
  const { signal, onState } = options;
  let lastEventId = '';
  let failures = 0;
  let wasConnected = false;
  for (;;) {
    try {
      const answer = await open(options, lastEventId);
      if (failures > 0) onState('connected again');
      failures = 0;
      wasConnected = true;
      for await (const event of eventsOf(answer, lastEventId)) {
        // Kept before it is told: what breaks after that is not told twice.
        lastEventId = event.lastEventId;
        yield event;
      }
      onState('the service has closed the stream, trying again');
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CommandFailure || error instanceof UsageError) throw error;
      const problem = connectionProblem(error, options.url.protocol === 'https:');
      if (!wasConnected && UNTRUSTED.test(codeOf(error)))
        throw new CommandFailure(
          `the certificate of ${options.url.origin} is not trusted (--ca names a CA): ${problem}`,
        );
      if (failures === 0) onState(`${options.url.origin} cannot be read, trying again: ${problem}`);
      failures++;
    }
    await delay(BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)], undefined, { signal }).catch(() => {});
    signal.throwIfAborted();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

async function* eventsOf(answer: IncomingMessage, lastEventId: string): AsyncGenerator<ServerEvent, void, undefined> {
  const parser = new SseParser();
  parser.lastEventId = lastEventId;
  answer.setEncoding('utf8');
  for await (const piece of answer) yield* parser.take(piece as string);
}

async function open(
  { url, headers, tls, isPinned, signal }: FollowOptions,
  lastEventId: string,
): Promise<IncomingMessage> {
  const trust = tls();
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      signal,
      headers: {
        accept: 'text/event-stream',
        ...headers,
        ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }),
      },
      timeout: SILENCE_MS,
      ...trust,
      ...(trust.ca === undefined ? {} : { allowPartialTrustChain: true }),
      ...(isPinned ? { checkServerIdentity: () => undefined } : {}),
    };
    const request = (url.protocol === 'https:' ? requestTls : requestPlain)(url, options, resolve);
    request.on('timeout', () => request.destroy(new Error(`nothing for ${SILENCE_MS / 1000} s`)));
    request.on('error', reject);
    request.end();
  });
  if (answer.statusCode === 200) return answer;
  const detail = detailIn(await text(answer));
  // Certificates are asked for with 401 as well.
  if (answer.statusCode === 401 && detail?.includes('signing secret'))
    throw new CommandFailure(secretProblem(url, headers));
  // The only thing in a request that a service refuses so and that was not looked at before it was sent.
  if (detail?.startsWith('since ')) throw new UsageError(`--${detail}`);
  const problem = `${url.origin} answered ${answer.statusCode}: ${detail ?? 'this is no Halfspace'}`;
  throw FINAL_STATUS.has(answer.statusCode) ? new CommandFailure(problem) : new Error(problem);
}

function secretProblem({ origin }: URL, headers: FollowOptions['headers']): string {
  return 'x-signing-secret' in headers
    ? `${origin} has another secret than the SIGNING_SECRET of the environment or .env`
    : `${origin} asks for its secret: set SIGNING_SECRET to it, in the environment or in .env`;
}
