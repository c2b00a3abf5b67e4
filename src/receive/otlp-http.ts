import { fastify } from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ExportError, toExportError } from './export-error.ts';
import { sendRefusal, sendResult } from './http-answer.ts';
import { answerClientError } from './http-client-error.ts';
import { PREFLIGHT_HEADERS, createCorsPolicy } from './http-cors.ts';
import { createHttpListener } from './http-listener.ts';
import type { HttpListener } from './http-listener.ts';
import { HttpRefusal } from './http-refusal.ts';
import { createRetirement } from './http-retirement.ts';
import type { Retirement } from './http-retirement.ts';
import { exportRequest } from './otlp-http-export.ts';
import type { ExportRequestOptions } from './otlp-http-export.ts';
import type { Receiver, ReceiverOptions } from './receiver.ts';

export interface OtlpHttpOptions extends ReceiverOptions, ExportRequestOptions {
  /** Where logs are posted to; a trailing slash is accepted. Default `/v1/logs`. */
  path?: string;
  /** Browser origins that may post, each with at most one `*`; none by default. */
  corsAllowedOrigins?: readonly string[];
  /** After this a connection is closed with its next answer, so that load balancers spread anew. Default 5 minutes. */
  connectionAgeMaxMs?: number;
  /** A connection had more requests of HTTP/1.1 under way than it may, and ends for it. */
  onPipelineOver(): void;
}

/** OTLP/HTTP 1.11: `POST /v1/logs` in protobuf and JSON, over HTTP/1.1 and HTTP/2. */
export async function startOtlpHttp(options: OtlpHttpOptions): Promise<Receiver> {
  const retirement = createRetirement(options.connectionAgeMaxMs ?? CONNECTION_AGE_MAX_MS);
  const { promise: listening, resolve } = Promise.withResolvers<HttpListener>();
  const app = createApp(options, retirement, (handler) => {
    const created = createHttpListener(options, handler);
    resolve(created);
    return created.server;
  });
  const listener = await listening;
  await app.listen({ host: options.host, port: options.port });
  const { port } = listener.server.address() as AddressInfo;
  let stopped: Promise<void> | undefined;
  return {
    port,
    stop(graceMs) {
      retirement.stop();
      stopped ??= listener.stop(graceMs);
      return stopped;
    },
  };
}

/** Headers are judged for every path and method alike; then come the one route, and the reasons for all the rest. */
function createApp(options: OtlpHttpOptions, retirement: Retirement, serverFactory: ServerFactory): FastifyInstance {
  const path = options.path ?? '/v1/logs';
  const cors = createCorsPolicy(options.corsAllowedOrigins ?? []);

  const refuse = (request: FastifyRequest, reply: FastifyReply, thrown: unknown): FastifyReply => {
    const error = refusalOf(thrown);
    options.onEvent({ transport: 'http', outcome: error.code, bytes: 0 });
    retirement.apply(request, reply);
    return sendRefusal(request, reply, error, cors.headersFor(request.headers));
  };
  const admit = (request: FastifyRequest): void => {
    if (retirement.isStopping()) throw shuttingDown();
    options.auth?.check(request.headers);
  };

  const app: FastifyInstance = fastify({
    serverFactory,
    clientErrorHandler: answerClientError,
    // A path that cannot be decoded meets no hook.
    frameworkErrors: (error, request, reply) => {
      void refuse(request, reply, attempt(admit, request) ?? notFound(path, error.message));
    },
    routerOptions: { ignoreTrailingSlash: true },
    return503OnClosing: false,
    exposeHeadRoutes: false,
  });
  // Bodies are read by our own reader, which counts them; the framework must not.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.setErrorHandler((error: FastifyError, request, reply) => refuse(request, reply, error));
  app.setNotFoundHandler((request, reply) => refuse(request, reply, misdirected(path, request)));
  app.addHook('onRequest', (request, reply, done) => {
    const headers = cors.headersFor(request.headers);
    if (cors.isPreflight(request.method, request.headers)) {
      void reply
        .code(204)
        .headers({ ...headers, ...PREFLIGHT_HEADERS })
        .send();
      return;
    }
    admit(request);
    reply.headers(headers);
    done();
  });
  app.post(path, async (request, reply) => {
    const { mime, result, bytes } = await exportRequest(request, reply, options);
    options.onEvent({ transport: 'http', outcome: 'ok', bytes });
    retirement.apply(request, reply);
    return sendResult(reply, mime, result);
  });
  return app;
}

const CONNECTION_AGE_MAX_MS = 5 * 60_000;

type ServerFactory = (handler: RequestListener) => Server;

function attempt<Argument>(check: (argument: Argument) => void, argument: Argument): unknown {
  try {
    check(argument);
    return undefined;
  } catch (error) {
    return error;
  }
}

function refusalOf(thrown: unknown): ExportError {
  // The framework's own, for a header that it cannot read.
  const status = thrown instanceof Error && 'statusCode' in thrown ? thrown.statusCode : undefined;
  if (status === 415) return new HttpRefusal(415, 'invalid_argument', 'content-type is malformed');
  return toExportError(thrown);
}

/** A request that no route takes: the path is wrong, or its method. */
function misdirected(path: string, request: FastifyRequest): HttpRefusal {
  const target = request.url.split('?', 1)[0] ?? '';
  if (target === path || target === `${path}/`) {
    return new HttpRefusal(405, 'unimplemented', `${request.method} is not allowed here, send POST`);
  }
  if (/^\/v1(development)?\/(traces|metrics|profiles)\/?$/.test(target)) {
    return notFound(path, `${target} is not served: Halfspace takes logs only`);
  }
  return notFound(path, 'nothing is served here');
}

function shuttingDown(): ExportError {
  return new ExportError('unavailable', 'shutting down, try again', { retryAfterSeconds: 2 });
}

function notFound(path: string, reason: string): HttpRefusal {
  return new HttpRefusal(404, 'unimplemented', `${reason}; send logs to POST ${path}`);
}
