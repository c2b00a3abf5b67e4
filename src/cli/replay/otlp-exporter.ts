import { setTimeout as delay } from 'node:timers/promises';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { backOffMs } from '../../outgoing/retry-delay.ts';
import { CommandFailure } from '../command-context.ts';
import { judgeRefusal, rejectedIn } from './export-answer.ts';
import { receiverProblem } from './receiver-problem.ts';
import type { ReceiverProblem } from './receiver-problem.ts';
import type { ClientTls } from '../client-tls.ts';

const EXPORT = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
const DEADLINE_MS = 30_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MS_MAX = 15_000;
/** As Collectors have it: after five minutes without a success the receiver is gone. */
const GIVE_UP_MS = 300_000;
/** Of a receiver that has answered nothing yet but closes connections: a proxy may be there before what is behind it. */
const CLOSED_MAX = 5;

export interface ExporterOptions {
  /** `host:port`, as gRPC takes it. */
  target: string;
  /** TLS with this CA's certificates, or the system's; plain text when undefined. */
  tls: ClientTls | undefined;
  headers: Record<string, string>;
  signal: AbortSignal;
  /** A sentence about what goes wrong. */
  note(sentence: string): void;
}

export interface ExportCounts {
  requests: number;
  retries: number;
  sent: number;
  /** By the receiver's partial success. */
  rejected: number;
  /** In requests that were refused for good. */
  dropped: number;
}

/** Sends requests over OTLP/gRPC, one at a time, and again as OTLP 1.11 has it. */
export class OtlpExporter {
  readonly counts: ExportCounts = { requests: 0, retries: 0, sent: 0, rejected: 0, dropped: 0 };
  readonly #client: Client;
  readonly #metadata = new Metadata();
  readonly #options: ExporterOptions;
  readonly #noted = new Set<string>();
  /** Whether the receiver has ever answered as OTLP/gRPC. */
  #isKnown = false;

  constructor(options: ExporterOptions) {
    this.#options = options;
    const { target, tls, headers } = options;
    for (const [name, value] of Object.entries(headers)) this.#metadata.set(name, value);
    this.#client = new Client(
      target,
      tls === undefined
        ? credentials.createInsecure()
        : credentials.createSsl(tls.ca ?? null, tls.key ?? null, tls.cert ?? null),
    );
  }

  /** Resolves once the receiver has taken the records or refused them for good. Throws `CommandFailure` to give up. */
  async send(bytes: Uint8Array, rows: number): Promise<void> {
    const { signal } = this.#options;
    this.counts.requests++;
    const startedMs = performance.now();
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#once(bytes);
      signal.throwIfAborted();
      if (!('code' in answer)) return this.#taken(answer, rows);
      const refusal = judgeRefusal(answer.code, answer.metadata);
      const problem = this.#problemOf(answer);
      const why = problem?.sentence ?? `${status[answer.code]}: ${answer.details}`;
      if (problem !== undefined && (problem.isFinal || (problem.isClosed && attempt + 1 >= CLOSED_MAX)))
        throw new CommandFailure(problem.sentence);
      if (refusal.kind === 'stop') throw new CommandFailure(`${this.#options.target} refuses: ${why}`);
      if (refusal.kind === 'drop') return this.#dropped(why, rows);
      if (performance.now() - startedMs > GIVE_UP_MS) {
        throw new CommandFailure(
          `${this.#options.target} has taken nothing for ${GIVE_UP_MS / 60_000} minutes: ${why}`,
        );
      }
      this.counts.retries++;
      this.#noteOnce(problem === undefined ? `${this.#options.target} is asked again: ${why}` : `${why}; trying again`);
      const waitMs = refusal.afterMs ?? backOffMs(attempt, Math.random, BACKOFF_FIRST_MS, 1, BACKOFF_MS_MAX);
      await delay(waitMs, undefined, { signal }).catch(() => {});
      signal.throwIfAborted();
    }
  }

  close(): void {
    this.#client.close();
  }

  #once(bytes: Uint8Array): Promise<Uint8Array | ServiceError> {
    return new Promise((resolve) => {
      const call = this.#client.makeUnaryRequest(
        EXPORT,
        (body: Buffer) => body,
        (body: Buffer) => body,
        Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
        this.#metadata,
        { deadline: Date.now() + DEADLINE_MS },
        (error, response) => {
          this.#options.signal.removeEventListener('abort', cancel);
          resolve(error ?? response ?? new Uint8Array(0));
        },
      );
      const cancel = () => call.cancel();
      this.#options.signal.addEventListener('abort', cancel);
    });
  }

  #problemOf({ code, details }: ServiceError): ReceiverProblem | undefined {
    const { target, tls, headers } = this.#options;
    const asked = { target, isTls: tls !== undefined, isSigned: Object.keys(headers).length > 0 };
    const problem = receiverProblem({ code, details }, asked);
    this.#isKnown ||= problem === undefined;
    // What answered before and does no more is away for a while, whatever it looks like meanwhile.
    return problem !== undefined && this.#isKnown && code === status.UNAVAILABLE
      ? { ...problem, isFinal: false, isClosed: false }
      : problem;
  }

  #taken(response: Uint8Array, rows: number): void {
    this.#isKnown = true;
    const { count, message } = rejectedIn(response);
    this.counts.sent += rows - count;
    this.counts.rejected += count;
    if (message !== '') this.#noteOnce(`${this.#options.target} says: ${message}`);
  }

  #dropped(why: string, rows: number): void {
    this.counts.dropped += rows;
    this.#noteOnce(`${this.#options.target} refuses ${rows} lines for good: ${why}`);
  }

  /** What comes again and again is said once. */
  #noteOnce(sentence: string): void {
    if (this.#noted.has(sentence) || this.#noted.size > 100) return;
    this.#noted.add(sentence);
    this.#options.note(sentence);
  }
}
