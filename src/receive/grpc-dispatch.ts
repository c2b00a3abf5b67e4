import { constants } from 'node:http2';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Authenticator } from './authenticator.ts';
import { ExportError, toExportError } from './export-error.ts';
import { sendError, sendHttpError } from './grpc-answer.ts';
import { ExportCall, type ExportOptions } from './grpc-export.ts';
import { HEALTH_PATH } from './grpc-health.ts';
import { noteGarbage } from './minor-gc.ts';
import type { StreamListener } from '../security/grpc-http2.ts';

export interface DispatchOptions extends ExportOptions {
  auth: Authenticator | undefined;
  exportPath: string;
  /** grpc-js' own handler of streams; serves health. */
  serveOther: StreamListener;
}

/** What Node and we make for a stream; a flood of streams that are reset at once is nothing but this garbage. */
const STREAM_BYTES = 8192;

export interface Dispatcher {
  /** For the http2 server's 'stream' event. */
  onStream: StreamListener;
  /** Ends what takes too long; to be called about once a second. */
  sweep(nowMs: number): void;
  /** Refuses new calls and ends the streams that would never end by themselves. */
  stop(): void;
}

/**
 * Decides by the headers what becomes of a stream, so that nothing of the body is read for those who may not send.
 *
 * Stands before grpc-js, which checks neither method nor grpc-web, has no bound on what unfinished requests hold, and
 * inflates before anybody can object. Export calls are ours from here on; only health goes on to grpc-js.
 */
export function createDispatcher(options: DispatchOptions): Dispatcher {
  const { auth, exportPath, serveOther } = options;
  const calls = new Set<ExportCall>();
  const healthStreams = new Map<ServerHttp2Stream, number>();
  let isStopping = false;

  function serveHealth(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number): void {
    healthStreams.set(stream, Date.now() + options.receiveTimeoutMs);
    stream.on('close', () => healthStreams.delete(stream));
    serveOther(stream, headers, flags);
  }

  function serveExport(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const call = new ExportCall(stream, headers, options, Date.now());
    if (call.isAnswered) return;
    calls.add(call);
    stream.on('close', () => calls.delete(call));
  }

  function refuse(stream: ServerHttp2Stream, error: ExportError): void {
    sendError(stream, error);
    options.onEvent({ transport: 'grpc', outcome: error.code, bytes: 0 });
  }

  return {
    onStream(stream, headers, flags) {
      stream.on('error', ignore);
      // With its session, by what bounds how many streams one read opens.
      if (stream.destroyed) return;
      noteGarbage(STREAM_BYTES);
      const path = headers[':path'] ?? '';
      try {
        // Probes have no token to show.
        if (!path.startsWith(HEALTH_PATH)) auth?.check(headers);
      } catch (error) {
        refuse(stream, toExportError(error));
        return;
      }
      if (headers[':method'] !== 'POST') {
        sendHttpError(stream, 405, `method is ${headers[':method']}, expected POST`);
      } else if (!isGrpc(headers['content-type'])) {
        sendHttpError(stream, 415, `content-type is ${headers['content-type']}, expected application/grpc`);
      } else if (isStopping) {
        refuse(stream, new ExportError('unavailable', 'shutting down, try again', { retryAfterSeconds: 1 }));
      } else if (path === exportPath) {
        serveExport(stream, headers);
      } else if (path.startsWith(HEALTH_PATH)) {
        serveHealth(stream, headers, flags);
      } else {
        refuse(stream, new ExportError('unimplemented', adviceFor(path)));
      }
    },
    sweep(nowMs) {
      for (const call of calls) call.sweep(nowMs);
      for (const [stream, receiveByMs] of healthStreams) {
        if (nowMs >= receiveByMs && !stream.readableEnded) stream.close(constants.NGHTTP2_CANCEL);
      }
    },
    stop() {
      isStopping = true;
      for (const stream of healthStreams.keys()) stream.close(constants.NGHTTP2_CANCEL);
    },
  };
}

/** Errors of a stream come with its 'close', and there is nobody left to tell. */
function ignore(): void {}

/** `application/grpc`, `application/grpc+proto` and the like, but not `application/grpc-web`. */
function isGrpc(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/grpc(?:[+;]|$)/i.test(contentType);
}

function adviceFor(path: string): string {
  const signal = /^\/opentelemetry\.proto\.collector\.(trace|metrics|profiles)\./.exec(path)?.[1];
  if (signal === undefined) return 'no such method: logs are taken by LogsService/Export';
  return `only logs are taken here: take this exporter out of the ${signal === 'trace' ? 'traces' : signal} pipeline`;
}
