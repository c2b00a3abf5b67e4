import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { ByteBudget } from './byte-budget.ts';
import { ExportError, toExportError } from './export-error.ts';
import { FramingError, ACCEPTED_ENCODINGS, sendError, sendResult } from './grpc-answer.ts';
import { MessageReader } from './grpc-message-reader.ts';
import { parseTimeoutMs } from './grpc-timeout.ts';
import { inflate, type Encoding } from './inflate.ts';
import type { IntakeResult } from './log-intake.ts';
import { noteGarbage } from './minor-gc.ts';
import type { ReceiverOptions } from './receiver.ts';

/** What an export call needs of its receiver. */
export type ExportOptions = Pick<ReceiverOptions, 'intake' | 'requestBytesMax' | 'receiveTimeoutMs' | 'onEvent'> & {
  budget: ByteBudget;
};

/**
 * One `Export` call, from its headers to its answer: read, decompress, hand over, answer.
 *
 * Whatever happens it answers at most once, reports one event and gives back every byte that it took from the budget.
 */
export class ExportCall {
  readonly #stream: ServerHttp2Stream;
  readonly #options: ExportOptions;
  readonly #encoding: string;
  readonly #reader: MessageReader;
  readonly #receiveByMs: number;
  /** When the sender stops waiting, by its own word. */
  #answerByMs = Infinity;
  #bytesReceived = 0;
  #isPrefixChecked = false;
  #isReceived = false;
  #isAnswered = false;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, options: ExportOptions, nowMs: number) {
    this.#stream = stream;
    this.#options = options;
    this.#encoding = (headers['grpc-encoding'] as string | undefined) ?? 'identity';
    this.#reader = new MessageReader(options.requestBytesMax, options.budget);
    this.#receiveByMs = nowMs + options.receiveTimeoutMs;
    this.#readTimeout(headers['grpc-timeout'] as string | undefined, nowMs);
    if (this.#isAnswered) return;
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('end', () => this.#finishReceiving());
    stream.on('close', () => this.#abandon());
  }

  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** Called about once a second, for a timer a request would cost more than the request's own bookkeeping. */
  sweep(nowMs: number): void {
    if (nowMs >= this.#answerByMs) {
      this.#fail(new ExportError('deadline_exceeded', 'the time that the sender allows has passed'));
    } else if (!this.#isReceived && nowMs >= this.#receiveByMs) {
      const { receiveTimeoutMs } = this.#options;
      this.#fail(new ExportError('deadline_exceeded', `request was not received within ${receiveTimeoutMs} ms`));
    }
  }

  #readTimeout(header: string | undefined, nowMs: number): void {
    if (header === undefined) return;
    const timeoutMs = parseTimeoutMs(header);
    if (timeoutMs === undefined) {
      this.#fail(
        new FramingError(`grpc-timeout is ${JSON.stringify(header)}, expected up to 8 digits and one of HMSmun`),
      );
      return;
    }
    this.#answerByMs = nowMs + timeoutMs;
    if (timeoutMs < 1) this.sweep(this.#answerByMs);
    else if (timeoutMs < SHORT_TIMEOUT_MS) setTimeout(() => this.sweep(this.#answerByMs), timeoutMs).unref();
  }

  #receive(chunk: Buffer): void {
    if (this.#isAnswered) return;
    this.#bytesReceived += chunk.length;
    noteGarbage(chunk.length);
    try {
      this.#reader.write(chunk);
      if (!this.#isPrefixChecked && this.#reader.hasPrefix) this.#checkEncoding();
    } catch (error) {
      this.#fail(toExportError(error));
    }
  }

  /** gRPC's compression.md: the encoding counts only for messages that have the flag set. */
  #checkEncoding(): void {
    this.#isPrefixChecked = true;
    if (!this.#reader.isCompressed || isEncoding(this.#encoding)) return;
    if (this.#encoding === 'identity')
      throw new FramingError('the compressed flag is set, but grpc-encoding is identity');
    throw new ExportError('unimplemented', `grpc-encoding is ${this.#encoding}, expected one of ${ACCEPTED_ENCODINGS}`);
  }

  #finishReceiving(): void {
    // A reset by the sender ends the stream too; 'close' follows.
    if (this.#isAnswered || this.#stream.closed || this.#stream.aborted) return;
    this.#isReceived = true;
    try {
      const message = this.#reader.end();
      if (!this.#reader.isCompressed) {
        void this.#handOver(message, () => this.#reader.release());
        return;
      }
      const { budget, requestBytesMax } = this.#options;
      const inflated = inflate(message, this.#encoding as Encoding, requestBytesMax, budget);
      if (inflated instanceof Promise)
        inflated.then(
          (bytes) => this.#takeInflated(bytes),
          (error) => this.#giveUp(error),
        );
      else this.#takeInflated(inflated);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #takeInflated(bytes: Uint8Array): void {
    this.#reader.release();
    const held = bytes.byteLength;
    noteGarbage(held);
    void this.#handOver(bytes, () => this.#options.budget.release(held));
  }

  #giveUp(error: unknown): void {
    this.#reader.release();
    this.#fail(toExportError(error));
  }

  async #handOver(bytes: Uint8Array, release: () => void): Promise<void> {
    let result: IntakeResult | undefined;
    try {
      // While it waited to be decompressed the sender may have gone, and nobody would hear of the outcome.
      if (!this.#isAnswered) result = await this.#options.intake.accept(bytes);
    } catch (error) {
      this.#fail(toExportError(error));
    } finally {
      release();
    }
    if (result !== undefined) this.#succeed(result);
  }

  #succeed(result: IntakeResult): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    sendResult(this.#stream, result);
    this.#report('ok');
  }

  #fail(error: ExportError): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    if (!this.#isReceived) this.#reader.release();
    sendError(this.#stream, error);
    this.#report(error.code);
  }

  /** The sender has reset the stream, or the connection is gone: nobody is there to be answered. */
  #abandon(): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    if (!this.#isReceived) this.#reader.release();
    this.#report('unavailable');
  }

  #report(outcome: 'ok' | ExportError['code']): void {
    this.#options.onEvent({ transport: 'grpc', outcome, bytes: this.#bytesReceived });
  }
}

/** Shorter ones are waited for exactly; longer ones are as exact as the sweep. */
const SHORT_TIMEOUT_MS = 1000;

function isEncoding(name: string): name is Encoding {
  return name === 'gzip' || name === 'deflate' || name === 'zstd';
}
