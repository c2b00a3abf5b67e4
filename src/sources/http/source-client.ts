import { setTimeout as sleep } from 'node:timers/promises';

import { Agent } from 'undici';
import type { Dispatcher } from 'undici';

import type { Retry } from '../../domain/retry.ts';
import { isSilence, networkFailure } from '../../outgoing/network-failure.ts';
import { backOffMs, hintMs, HINT_MS_MAX } from '../../outgoing/retry-delay.ts';
import { shownText, vendorMessage } from '../../outgoing/vendor-message.ts';
import type { SourceDeclaration } from '../declaration.ts';
import { SourceError } from '../source-error.ts';
import type { SourceErrorCode } from '../source-error.ts';
import { adviceFor } from './advice.ts';
import { AnswerTooLarge, errorText, wholeText } from './answer-text.ts';
import { HostRefused } from './host-guard.ts';
import type { HostGuard } from './host-guard.ts';
import { Silences, SILENCES_MAX } from './silences.ts';

const ATTEMPTS_MAX = 6;
const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 120_000;
/** A page is held whole; no store's page is near this. */
const PAGE_BYTES_MAX = 256 << 20;
const REDIRECTS_MAX = 3;
/** How long the end of a pull waits for a store to let go of what it held. */
const RELEASE_TIMEOUT_MS = 3000;
const RETRIED: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

export interface SourceRequest {
  /** As the vendor's documentation names the call: `query_range`. */
  call: string;
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: URL;
  headers?: Record<string, string>;
  /** Sent as it is, or as JSON with its content type when it is an object. */
  body?: string | Record<string, unknown>;
  /** Bytes of an answer that is read whole; the error for a larger one has an `AnswerTooLarge` as its cause. */
  bytesMax?: number;
  /** Statuses beside 2xx that are answers and not errors. */
  accepts?: readonly number[];
  /**
   * Error codes by status, for stores that say it in their own way. 401 and 403 are `credentials_refused`, 429
   * `rate_limited`, other 4xx `configuration`, 5xx `vendor_error` without it.
   */
  codes?: Readonly<Record<number, SourceErrorCode>>;
  /** For stores whose refusals say in their body, and not by their status, what is wrong. Over `codes`. */
  judge?(refusal: { status: number; headers: SourceAnswer['headers']; body: string }): Judgement | undefined;
  /** Whether a call that got no answer `tried` + 1 times is not made again as it is. */
  isLost?(cause: unknown, tried: number): boolean;
}

/** What a refusal means; what is left out is told by its status and body as for other stores. */
export interface Judgement {
  code?: SourceErrorCode | undefined;
  /** Whether the same call may work later. */
  retry?: boolean | undefined;
  /** The store's own words. */
  said?: string | undefined;
  /** How long it asks to wait, where no header says so. */
  waitMs?: number | undefined;
  /** Factor to the pauses between attempts, for quotas that only time fills again. */
  patience?: number | undefined;
}

export interface SourceAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: AsyncIterable<Buffer>;
}

export interface SourceClientOptions {
  source: SourceDeclaration;
  guard: HostGuard;
  signal: AbortSignal;
  /** Values that no error may show. */
  secrets: readonly string[];
  /** Keys of the values that the source was given. */
  given?: Iterable<string> | undefined;
  /** First pause before a call is tried again. */
  retryMs?: number | undefined;
  answerTimeoutMs?: number | undefined;
  /** Told before each pause, and with undefined once a call that was tried again has its answer. */
  onRetry?: ((retry: Retry | undefined) => void) | undefined;
  nowMs(): number;
  random(): number;
}

/** Calls a store over HTTP. All methods reject with a `SourceError` that names source, call, status and what to do. */
export interface SourceClient {
  /** The answer's JSON. */
  json(request: SourceRequest): Promise<unknown>;
  /** The same with its headers, where paging needs one, and its length in bytes. */
  jsonWithHeaders(request: SourceRequest): Promise<{ value: unknown; headers: SourceAnswer['headers']; bytes: number }>;
  /** The answer as it comes. Once its body has begun it is not tried again; errors on the way reject the iteration. */
  stream(request: SourceRequest): Promise<SourceAnswer>;
  /**
   * Gives back what the store holds for this pull (a cursor, a job): also when nobody waits any more, once, for a few
   * seconds at most. Never rejects, as the store lets go by itself in the end.
   */
  release(request: SourceRequest): Promise<void>;
  /**
   * Before a stream that broke off is asked for again: waits as after a call that failed `tried` times before, or
   * rejects with the problem once that was often enough.
   */
  again(tried: number, problem: SourceError): Promise<void>;
  /** An error of this source, for what its answers say themselves. */
  error(code: SourceErrorCode, call: string, sentence: string, status?: number): SourceError;
  /** Somebody else's text as an error may show it: one short line without a secret. */
  shown(text: string): string;
  /** A value that is got on the way (an access token) and that no error may show either. */
  hide(secret: string): void;
  /** Calls that were tried again. */
  readonly retries: number;
  readonly requests: number;
  close(): Promise<void>;
}

/** How a pause differs from that after any failure. */
interface Pause {
  waitMs?: number | undefined;
  patience?: number;
  attemptsMax?: number;
}

export function createSourceClient(options: SourceClientOptions): SourceClient {
  const { source, guard, signal } = options;
  const secrets = [...options.secrets];
  const given = new Set(options.given);
  const answerTimeoutMs = options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
  const agent = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS, lookup: guard.lookup },
    headersTimeout: answerTimeoutMs,
    bodyTimeout: answerTimeoutMs,
    maxHeaderSize: 64 << 10,
  });
  const counts = { retries: 0, requests: 0 };

  function error(code: SourceErrorCode, call: string, sentence: string, status?: number, retryAfterSeconds?: number) {
    const vendor = { source: source.name, call, status, retryAfterSeconds };
    return new SourceError(code, `${source.title}, ${call}: ${sentence}`, { vendor });
  }

  function refusal(
    request: SourceRequest,
    status: number,
    body: string,
    waitMs: number | undefined,
    judgement: Judgement | undefined,
  ): SourceError {
    const said = judgement?.said === undefined ? vendorMessage(body, secrets) : shownText(judgement.said, secrets);
    const words = said === undefined ? 'without a word' : `with the words ${JSON.stringify(said)}`;
    const code = judgement?.code ?? request.codes?.[status] ?? codeOf(status);
    const seconds = waitMs === undefined ? undefined : Math.ceil(waitMs / 1000);
    return error(
      code,
      request.call,
      `it answered ${status} ${words}${adviceFor(code, source, given, seconds)}`,
      status,
      seconds,
    );
  }

  function failure(request: SourceRequest, cause: unknown): SourceError {
    if (cause instanceof HostRefused) return error('host_refused', request.call, cause.message);
    if (cause instanceof AnswerTooLarge) {
      const tooLarge = error('vendor_error', request.call, cause.message);
      tooLarge.cause = cause;
      return tooLarge;
    }
    const { code, sentence } = networkFailure(cause, request.url, answerTimeoutMs);
    return error(code, request.call, sentence);
  }

  /** One attempt; redirects are followed on the same origin only, as credentials would go with them. */
  async function attempt(request: SourceRequest, until = signal): Promise<Dispatcher.ResponseData> {
    let { url } = request;
    for (let redirects = 0; ; redirects++) {
      guard.check(url.hostname);
      counts.requests++;
      const { headers, body } = withBody(request);
      const answer = await agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method ?? (body === null ? 'GET' : 'POST'),
        headers: { accept: 'application/json', 'user-agent': 'halfspace', ...headers },
        body,
        signal: until,
      });
      const location = answer.headers['location'];
      if (answer.statusCode < 301 || answer.statusCode > 308 || typeof location !== 'string') return answer;
      await answer.body.dump();
      const next = new URL(location, url);
      if (next.origin !== url.origin || redirects >= REDIRECTS_MAX) {
        const where = next.origin === url.origin ? 'again and again' : `to another host, ${next.host}`;
        throw error('configuration', request.call, `it redirects ${where}: name the address that answers itself`);
      }
      url = next;
    }
  }

  /** An answer with a good status; tries again what may work later. */
  async function answered(request: SourceRequest, silences: Silences): Promise<Dispatcher.ResponseData> {
    for (let tried = 0; ; tried++) {
      signal.throwIfAborted();
      let problem: SourceError;
      let waitMs: number | undefined;
      let patience = 1;
      let attemptsMax = ATTEMPTS_MAX;
      try {
        const answer = await attempt(request);
        const status = answer.statusCode;
        if ((status >= 200 && status < 300) || request.accepts?.includes(status) === true) {
          if (counts.retries > 0) options.onRetry?.(undefined);
          return answer;
        }
        waitMs = hintMs(answer.headers, options.nowMs());
        const { text: body, isWhole } = await errorText(answer.body);
        const judgement = request.judge?.({ status, headers: answer.headers, body });
        waitMs ??= judgement?.waitMs;
        patience = judgement?.patience ?? 1;
        problem = refusal(request, status, body, waitMs, judgement);
        // A refusal that breaks off may be one that somebody would have understood.
        if (isWhole && !(judgement?.retry ?? RETRIED.has(status))) throw problem;
      } catch (cause) {
        signal.throwIfAborted();
        if (cause instanceof SourceError) throw cause;
        problem = failure(request, cause);
        if (problem.code === 'host_refused' || request.isLost?.(cause, tried) === true) throw problem;
        if (silences.isTooMany(cause)) throw problem;
        if (isSilence(cause)) attemptsMax = SILENCES_MAX;
      }
      if (tried + 1 >= ATTEMPTS_MAX || (waitMs ?? 0) > HINT_MS_MAX) throw problem;
      await pause(tried, problem, { waitMs, patience, attemptsMax });
    }
  }

  async function pause(tried: number, { message }: SourceError, { waitMs = 0, ...how }: Pause = {}): Promise<void> {
    const { patience = 1, attemptsMax = ATTEMPTS_MAX } = how;
    counts.retries++;
    // "Again in 0 s" is the rest of a second: calls that follow at once would be refused too.
    const pauseMs = waitMs || backOffMs(tried, options.random, options.retryMs, patience);
    options.onRetry?.({ problem: message, attempt: tried + 1, attemptsMax, waitMs: pauseMs });
    await sleep(pauseMs, undefined, { signal });
  }

  async function jsonWithHeaders(request: SourceRequest) {
    // A page that breaks off on its way is asked for again, as a call that gets no answer is.
    const silences = new Silences();
    for (let tried = 0; ; tried++) {
      const answer = await answered(request, silences);
      const headers = answer.headers;
      let text: string;
      let bytes: number;
      try {
        ({ text, bytes } = await wholeText(answer.body, request.bytesMax ?? PAGE_BYTES_MAX));
      } catch (cause) {
        signal.throwIfAborted();
        const isLast = tried + 1 >= ATTEMPTS_MAX || silences.isTooMany(cause);
        const problem = failure(request, cause);
        if (isLast || cause instanceof AnswerTooLarge) throw problem;
        await pause(tried, problem);
        continue;
      }
      try {
        return { value: JSON.parse(text) as unknown, headers, bytes };
      } catch {
        const got = shownText(text.slice(0, 80), secrets) ?? 'nothing';
        const sentence = `its answer is not JSON but ${JSON.stringify(got)}: check that the address is the API's`;
        throw error('malformed_answer', request.call, sentence, answer.statusCode);
      }
    }
  }

  return {
    jsonWithHeaders,
    json: async (request) => (await jsonWithHeaders(request)).value,
    async stream(request) {
      const { statusCode, headers, body } = await answered(request, new Silences());
      return { status: statusCode, headers, body: guarded(request, body) };
    },
    async release(request) {
      const until = AbortSignal.timeout(Math.min(RELEASE_TIMEOUT_MS, answerTimeoutMs));
      await attempt(request, until)
        .then(({ body }) => body.dump())
        .catch(() => undefined);
    },
    async again(tried, problem) {
      const attemptsMax = problem.code === 'timed_out' ? SILENCES_MAX : ATTEMPTS_MAX;
      if (tried + 1 >= attemptsMax) throw problem;
      await pause(tried, problem, { attemptsMax });
    },
    error: (code, call, sentence, status) => error(code, call, sentence, status),
    shown: (text) => shownText(text, secrets) ?? 'nothing',
    hide: (secret) => void secrets.unshift(secret),
    get retries() {
      return counts.retries;
    },
    get requests() {
      return counts.requests;
    },
    close: () => agent.destroy(),
  };

  async function* guarded(request: SourceRequest, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      yield* body;
    } catch (cause) {
      signal.throwIfAborted();
      throw failure(request, cause);
    }
  }
}

function withBody({ headers = {}, body }: SourceRequest): { headers: Record<string, string>; body: string | null } {
  if (body === undefined) return { headers, body: null };
  if (typeof body === 'string') return { headers, body };
  return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

function codeOf(status: number): SourceErrorCode {
  if (status === 401 || status === 403 || status === 407) return 'credentials_refused';
  if (status === 429) return 'rate_limited';
  if (status === 408 || status === 504) return 'timed_out';
  return status >= 500 ? 'vendor_error' : 'configuration';
}
