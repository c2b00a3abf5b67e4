import type { IncomingMessage } from 'node:http';
import type { ByteBudget } from './byte-budget.ts';
import { ExportError } from './export-error.ts';
import { BodyBuffer } from './http-body-buffer.ts';
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
  const body = new BodyBuffer(declaredBytes ?? 0);
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
    // What has come of a stream of HTTP/2 stands in memory beside the budget until it is read.
    if (request.httpVersionMajor === 2) request.on('data', ignore);
    else request.pause();
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
