import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { constants } from 'node:http2';
import type { Http2ServerRequest } from 'node:http2';
import { EXPORT_STATUS } from './export-error.ts';
import type { ExportError } from './export-error.ts';
import { encodeExportResponse, exportResponseJson } from './export-response.ts';
import { declaredBodyBytes } from './http-body.ts';
import { HttpRefusal } from './http-refusal.ts';
import type { IntakeResult } from './log-intake.ts';
import { encodeRpcStatus, rpcStatusJson, rpcStatusOf } from './rpc-status.ts';

export const PROTOBUF = 'application/x-protobuf';
export const JSON_TYPE = 'application/json';
export type OtlpMime = typeof PROTOBUF | typeof JSON_TYPE;

/** The media type without case and parameters; undefined for one that OTLP does not know. */
export function otlpMimeOf(contentType: string | undefined): OtlpMime | undefined {
  if (contentType === PROTOBUF || contentType === JSON_TYPE) return contentType;
  const mime = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return mime === PROTOBUF || mime === JSON_TYPE ? mime : undefined;
}

/** Bodies are sent as bytes: to text the framework adds a charset, and the media type has to be the request's. */
export function sendResult(reply: FastifyReply, mime: OtlpMime, result: IntakeResult): FastifyReply {
  const body = mime === PROTOBUF ? encodeExportResponse(result) : Buffer.from(exportResponseJson(result));
  return reply.code(200).header('content-type', mime).send(body);
}

/**
 * Answers with a `google.rpc.Status` in the request's own encoding, or as text where that is neither of OTLP's two.
 * `headers` go along. A large body that was not read stays unread: its connection is closed instead.
 */
export function sendRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  error: ExportError,
  headers: Readonly<Record<string, string>>,
): FastifyReply {
  const status = error instanceof HttpRefusal ? error.httpStatus : EXPORT_STATUS[error.code].httpStatus;
  const mime = otlpMimeOf(request.headers['content-type']);
  reply.code(status).headers({ ...headers, ...refusalHeaders(status, error) });
  reply.header('content-type', mime ?? 'text/plain; charset=utf-8');
  const body = refusalBody(mime, error);

  if (isUnread(request.raw)) {
    if (request.raw.httpVersionMajor === 2) reply.raw.once('finish', () => cancelStream(request.raw));
    // What is left of a small one is dropped; of a large one no more is read, see `boundHttp1`.
    else request.raw.resume();
  }
  return reply.send(body);
}

function refusalHeaders(status: number, error: ExportError): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer realm="otlp"' };
  if (status === 405) return { allow: 'POST' };
  if (status === 503)
    return { 'retry-after': String(Math.min(5, Math.max(1, Math.ceil(error.retryAfterSeconds ?? 1)))) };
  return {};
}

function refusalBody(mime: OtlpMime | undefined, error: ExportError): Uint8Array {
  if (mime === undefined) return Buffer.from(`${error.message}\n`);
  const status = rpcStatusOf(error);
  return mime === PROTOBUF ? encodeRpcStatus(status) : Buffer.from(rpcStatusJson(status));
}

function isUnread(request: IncomingMessage): boolean {
  return !request.complete && !request.readableEnded && declaredBodyBytes(request) !== 0;
}

/** RFC 9113 section 8.1: a server may answer before the body has ended, and then asks to stop sending it. */
function cancelStream(request: IncomingMessage): void {
  (request as unknown as Http2ServerRequest).stream.close(constants.NGHTTP2_NO_ERROR);
}
