import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ByteBudget } from './byte-budget.ts';
import { decodeContent, parseContentEncoding } from './content-encoding.ts';
import type { Encoding } from './content-encoding.ts';
import { ExportError } from './export-error.ts';
import { JSON_TYPE, otlpMimeOf } from './http-answer.ts';
import type { OtlpMime } from './http-answer.ts';
import { freeMemory } from './http-body-buffer.ts';
import { budgetSpent, readBody } from './http-body.ts';
import { HttpRefusal } from './http-refusal.ts';
import type { IntakeResult, LogIntake } from './log-intake.ts';

export interface ExportRequestOptions {
  intake: LogIntake;
  budget: ByteBudget;
  requestBytesMax: number;
  receiveTimeoutMs: number;
  /** OTLP/JSON as an encoded `ExportLogsServiceRequest`; an error with a `code` `malformed_...` means bad data. */
  transcodeJson(body: Uint8Array): TranscodedJson | Promise<TranscodedJson>;
}

export interface TranscodedJson {
  bytes: Uint8Array;
  /** English, for the sender's operator; empty when there is nothing to say. */
  warning: string;
}

export interface Exported {
  mime: OtlpMime;
  result: IntakeResult;
  /** Size of the body as it was received. */
  bytes: number;
}

/** One `POST /v1/logs`: what headers tell is checked, the body read, inflated, transcoded and scored. */
export async function exportRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  options: ExportRequestOptions,
): Promise<Exported> {
  const mime = otlpMimeOf(request.headers['content-type']);
  if (mime === undefined) throw unsupportedMediaType(request);
  const encoding = parseContentEncoding(request.headers['content-encoding']);
  const body = await receiveBody(request, reply, options);
  const bytes = body.byteLength;
  return { mime, bytes, result: await exportBody(body, mime, encoding, options) };
}

function receiveBody(request: FastifyRequest, reply: FastifyReply, options: ExportRequestOptions): Promise<Uint8Array> {
  const { budget, requestBytesMax, receiveTimeoutMs } = options;
  const reading = readBody(request.raw, { bytesMax: requestBytesMax, timeoutMs: receiveTimeoutMs, budget });
  // Only now, when all that headers tell has been checked, is a sender that asked first told to send.
  if (request.headers['expect'] !== undefined && request.raw.httpVersion !== '1.0') reply.raw.writeContinue();
  return reading;
}

/** Takes over the budget's hold on `body`, and has let go of all when done. */
async function exportBody(
  body: Uint8Array,
  mime: OtlpMime,
  encoding: Encoding | undefined,
  options: ExportRequestOptions,
): Promise<IntakeResult> {
  const { budget, intake } = options;
  const content = await decodeContent(body, encoding, options.requestBytesMax, budget);
  // The length is kept, for memory that has moved to another thread has none.
  let heldBytes = content.byteLength;
  try {
    if (mime !== JSON_TYPE) return await intake.accept(content);
    const { bytes, warning } = await transcode(content, options);
    if (!budget.tryAcquire(bytes.byteLength)) throw budgetSpent();
    budget.release(heldBytes);
    heldBytes = bytes.byteLength;
    if (bytes.buffer !== content.buffer) freeMemory(content);
    const result = await intake.accept(bytes);
    return result.message === '' ? { ...result, message: warning } : result;
  } finally {
    budget.release(heldBytes);
  }
}

async function transcode(content: Uint8Array, options: ExportRequestOptions): Promise<TranscodedJson> {
  try {
    return await options.transcodeJson(content);
  } catch (cause) {
    throw isMalformed(cause) ? new ExportError('invalid_argument', cause.message, { cause }) : cause;
  }
}

function isMalformed(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('malformed_');
}

function unsupportedMediaType(request: FastifyRequest): HttpRefusal {
  const got = JSON.stringify(request.headers['content-type']?.slice(0, 64)) ?? 'no content-type';
  const message = `got ${got}, supported content types are application/json and application/x-protobuf`;
  return new HttpRefusal(415, 'invalid_argument', message);
}
