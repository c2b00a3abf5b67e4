import { constants } from 'node:http2';
import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { ExportError } from './export-error.ts';
import { encodeExportResponse } from './export-response.ts';
import type { IntakeResult } from './log-intake.ts';
import { encodeRpcStatus, rpcStatusOf } from './rpc-status.ts';

/** Encodings of requests that are understood, in the words of `grpc-accept-encoding`. */
export const ACCEPTED_ENCODINGS = 'identity,gzip,deflate,zstd';

/** A request that breaks gRPC's framing. gRPC has a code for it (INTERNAL) that OTLP has no use for. */
export class FramingError extends ExportError {
  static readonly grpcCode = 13;

  constructor(message: string) {
    super('invalid_argument', message);
    this.name = 'FramingError';
  }
}

/** Answers a request that was taken, in whole or in part. */
export function sendResult(stream: ServerHttp2Stream, result: IntakeResult): void {
  if (!isOpen(stream)) return;
  stream.respond(RESULT_HEADERS, WITH_TRAILERS);
  stream.once('wantTrailers', sendOkTrailers);
  stream.end(frame(encodeExportResponse(result)));
}

/** Answers with the error alone, and tells a sender that is still busy with the body to stop. */
export function sendError(stream: ServerHttp2Stream, error: ExportError): void {
  if (!isOpen(stream)) return;
  const status = rpcStatusOf(error);
  const code = error instanceof FramingError ? FramingError.grpcCode : status.code;
  const headers: OutgoingHttpHeaders = {
    ':status': 200,
    'content-type': 'application/grpc',
    'grpc-status': code,
    'grpc-message': percentEncode(status.message),
  };
  if (error.code === 'unimplemented') headers['grpc-accept-encoding'] = ACCEPTED_ENCODINGS;
  if (status.retryAfterSeconds !== undefined || status.violation !== undefined) {
    const details = encodeRpcStatus({ ...status, code });
    headers['grpc-status-details-bin'] = Buffer.from(details).toString('base64').replace(/=+$/, '');
  }
  sendHeadersOnly(stream, headers);
}

/** Answers what is no gRPC request at all, so that the caller may understand it as plain HTTP. */
export function sendHttpError(stream: ServerHttp2Stream, httpStatus: 405 | 415, message: string): void {
  if (!isOpen(stream)) return;
  const headers: OutgoingHttpHeaders = {
    ':status': httpStatus,
    'content-type': 'application/grpc',
    'grpc-status': 3,
    'grpc-message': percentEncode(message),
  };
  if (httpStatus === 405) headers['allow'] = 'POST';
  sendHeadersOnly(stream, headers);
}

const WITH_TRAILERS = { waitForTrailers: true };
const RESULT_HEADERS = {
  ':status': 200,
  'content-type': 'application/grpc',
  'grpc-accept-encoding': ACCEPTED_ENCODINGS,
};
const OK_TRAILERS = { 'grpc-status': 0 };

function sendOkTrailers(this: ServerHttp2Stream): void {
  this.sendTrailers(OK_TRAILERS);
}

function isOpen(stream: ServerHttp2Stream): boolean {
  return !stream.destroyed && !stream.closed && !stream.headersSent;
}

function sendHeadersOnly(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders): void {
  const isWhole = stream.readableEnded;
  stream.respond(headers, { endStream: true });
  if (!isWhole) stream.close(constants.NGHTTP2_NO_ERROR);
}

/** Flag 0 (not compressed) and length before the message. */
function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(message.byteLength + 5);
  framed[0] = 0;
  framed.writeUInt32BE(message.byteLength, 1);
  framed.set(message, 5);
  return framed;
}

/** As gRPC's `grpc-message` asks: printable ASCII but `%` stands for itself. */
function percentEncode(text: string): string {
  return text.toWellFormed().replace(/[^ -$&-~]/gu, (char) => encodeURIComponent(char));
}
