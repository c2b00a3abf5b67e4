import type { IncomingMessage } from 'node:http';
import type { ByteBudget } from './byte-budget.ts';
import { ExportError } from './export-error.ts';
import { HttpRefusal } from './http-refusal.ts';

export interface BodyLimits {
  bytesMax: number;
  /** For the body as a whole, however it trickles in. */
  timeoutMs: number;
  budget: ByteBudget;
}

/**
 * The raw body of a request, in memory of its own. The budget holds its `byteLength`, which the caller releases; when
 * this rejects, the budget holds nothing and the rest of the body is still unread.
 *
 * Throws `ExportError` resource_exhausted at once when Content-Length is above `bytesMax`. Rejects with it when the body
 * turns out to be, with unavailable while the budget is spent, and with `HttpRefusal` 408 after `timeoutMs`.
 */
export function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Uint8Array> {
  const { bytesMax, timeoutMs, budget } = limits;
  const declaredBytes = declaredBodyBytes(request);
  if (declaredBytes !== undefined && declaredBytes > bytesMax) throw tooLarge(`${declaredBytes} bytes`, bytesMax);
  const body = new BodyBuffer(declaredBytes, bytesMax);
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();

  const onData = (chunk: Buffer): void => {
    if (body.length + chunk.length > bytesMax) fail(tooLarge('larger', bytesMax));
    else if (!budget.tryAcquire(chunk.length)) fail(budgetSpent());
    else body.append(chunk);
  };
  const onEnd = (): void => {
    leave();
    resolve(body.take());
  };
  const onClose = (): void => fail(new ExportError('invalid_argument', 'the sender closed the connection in a body'));
  const fail = (error: ExportError): void => {
    leave();
    request.pause();
    body.free();
    budget.release(body.length);
    reject(error);
  };
  const leave = (): void => {
    clearTimeout(timer);
    request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
    request.on('error', ignore);
  };
  const timer = setTimeout(() => fail(tooSlow(timeoutMs)), timeoutMs);
  request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  return promise;
}

/** Content-Length; undefined when the body comes in chunks. Node has refused what is not a number. */
export function declaredBodyBytes(request: IncomingMessage): number | undefined {
  const header = request.headers['content-length'];
  return header === undefined ? undefined : Number(header);
}

/** Up to here a declared length is trusted with its memory before the bytes are there. */
const TRUSTED_BYTES = 1 << 20;
const FIRST_BYTES = 64 << 10;

/**
 * One buffer that a body is gathered in. Chunks are copied as they come, for a body of one-byte chunks would cost a
 * hundred times its size in objects; one chunk that is the whole body is kept as it is.
 */
class BodyBuffer {
  readonly #declaredBytes: number | undefined;
  readonly #bytesMax: number;
  #bytes: Buffer = Buffer.alloc(0);
  length = 0;

  constructor(declaredBytes: number | undefined, bytesMax: number) {
    this.#declaredBytes = declaredBytes;
    this.#bytesMax = bytesMax;
  }

  append(chunk: Buffer): void {
    const length = this.length + chunk.length;
    if (this.length === 0 && chunk.length === this.#declaredBytes && ownsItsMemory(chunk)) {
      this.#bytes = chunk;
    } else {
      if (length > this.#bytes.length) this.#grow(length);
      this.#bytes.set(chunk, this.length);
      freeMemory(chunk);
    }
    this.length = length;
  }

  take(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  free(): void {
    freeMemory(this.#bytes);
  }

  #grow(length: number): void {
    const declared = this.#declaredBytes ?? 0;
    const isTrusted = declared >= length && declared <= Math.max(TRUSTED_BYTES, length * 4);
    const doubled = Math.min(this.#bytesMax, Math.max(FIRST_BYTES, length * 2));
    // Slow: memory of its own, for the body moves to another thread.
    const grown = Buffer.allocUnsafeSlow(isTrusted ? declared : doubled);
    grown.set(this.#bytes.subarray(0, this.length));
    freeMemory(this.#bytes);
    this.#bytes = grown;
  }
}

/**
 * Gives memory back now and not when the collector comes round to it, for the budget counts on it: without this, refused
 * bodies stand in memory several times over.
 */
export function freeMemory(bytes: Uint8Array): void {
  if (bytes.byteLength > 0 && ownsItsMemory(bytes)) (bytes.buffer as ArrayBuffer).transfer(0);
}

function ownsItsMemory(chunk: Uint8Array): boolean {
  return chunk.byteLength === chunk.buffer.byteLength;
}

function tooLarge(got: string, bytesMax: number): ExportError {
  return new ExportError('resource_exhausted', `request body is ${got}, the limit is ${bytesMax} bytes`);
}

export function budgetSpent(): ExportError {
  return new ExportError('unavailable', 'too much is in flight, try again', { retryAfterSeconds: 1 });
}

function tooSlow(timeoutMs: number): ExportError {
  return new HttpRefusal(408, 'deadline_exceeded', `the body was not complete after ${timeoutMs / 1000} s`);
}

function ignore(): void {}
