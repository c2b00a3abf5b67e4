import { isIPv4 } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify } from 'fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { negotiate } from './accept.ts';
import { answerProblem } from './answer-problem.ts';
import type { RestLogger } from './answer-problem.ts';
import { addDashboard } from './dashboard.ts';
import type { Engine } from './engine.ts';
import { createEventStream } from './event-stream.ts';
import type { EventStream } from './event-stream.ts';
import { addOpenApi, addSecurityHeaders } from './open-api.ts';
import { guardOrigins } from './origins.ts';
import { acceptJsonOnly } from './parse-json.ts';
import { Problem, problemDocument } from './problem.ts';
import type { RestApp } from './rest-app.ts';
import { addAnomalyRoutes } from './routes/anomalies.ts';
import { addClusterRoutes } from './routes/clusters.ts';
import { addDetectRoute } from './routes/detect.ts';
import { addDetectorRoutes } from './routes/detector.ts';
import { addFeedbackRoutes } from './routes/feedback.ts';
import { addHealthRoutes } from './routes/health.ts';
import type { MetricsPage } from './routes/health.ts';
import { addIncidentRoutes } from './routes/incidents.ts';
import { addServicesRoute } from './routes/services.ts';
import { addSinkRoutes } from './routes/sinks.ts';
import { addSourceRoutes } from './routes/sources.ts';
import { addTemplateRoute } from './routes/templates.ts';
import { RateLimiter } from './rate-limits.ts';
import type { LimitName, RateLimits } from './rate-limits.ts';
import { refuseUnknownRoutes } from './routing-table.ts';
import { AnomalySchema } from './schemas/anomaly.ts';
import { ClusterSchema, FileAnswerSchema } from './schemas/clusters.ts';
import { DetectorStatusSchema } from './schemas/detector.ts';
import { IncidentSchema } from './schemas/incident.ts';
import { LogRowSchema } from './schemas/log-row.ts';
import { ProblemSchema } from './schemas/problem.ts';
import { TemplateSchema } from './schemas/template.ts';
import type { Server as HttpsServer } from 'node:https';
import type { Certificate } from '../security/certificate.ts';
import { boundHttp1 } from '../security/http1-bodies.ts';
import { answersAnother, isPipelineOver } from '../security/http1-pipelines.ts';
import type { SecretSet } from '../security/secret-set.ts';
import { failedByCertificate, requireClientCertificate, strangeCertificate } from './client-certificate.ts';
import { isOpenPath, requireSigningSecret } from './signing-secret.ts';
import { validatorCompiler } from './validate.ts';

export interface RestOptions {
  /** Not `localhost`: fastify would listen by a server more, which has none of the bounds below. */
  host: string;
  /** 0 takes a free port; `RestServer.port` says which. */
  port: number;
  engine: Engine;
  /** Undefined: everybody may call. */
  secrets: SecretSet | undefined;
  corsAllowedOrigins: readonly string[];
  rateLimits: RateLimits;
  /** PEM; undefined: plain text. Callers show the signing secret and no certificate, so that probes need none. */
  tls: Certificate | undefined;
  /** A connection had more calls under way than it may, and ends for it. */
  onPipelineOver(): void;
  metrics: MetricsPage;
  logger: RestLogger;
  /** Of the product, for `/health` and the OpenAPI document. */
  version: string;
  /** Of the built dashboard; undefined: where the build puts it. */
  dashboardFolder?: string;
  streamsMax?: number;
  heartbeatMs?: number;
  /** A stream whose reader takes nothing for so long is dropped. */
  stalledMs?: number;
}

export interface RestServer {
  readonly port: number;
  /** For metrics. */
  readonly stream: Pick<EventStream, 'subscribers' | 'gaps' | 'dropped'>;
  /** For metrics: calls refused by each of the rate limits. */
  readonly refused: Readonly<Record<LimitName, number>>;
  /** Nothing is accepted once called; streams end, answers under way have `graceMs`, then their sockets are destroyed. */
  stop(graceMs: number): Promise<void>;
}

const BODY_BYTES_MAX = 64 * 1024;
const RECEIVE_TIMEOUT_MS = 60_000;
/** Streams, and some room for calls beside them. */
const CONNECTIONS_MAX = 2000;

/** Starts the REST API on its port; rejects when the port is taken. */
export async function startRest(options: RestOptions): Promise<RestServer> {
  const stream = createEventStream({
    subscribersMax: options.streamsMax ?? 1000,
    heartbeatMs: options.heartbeatMs ?? 15_000,
    stalledMs: options.stalledMs ?? 30_000,
  });
  const stopping = { now: false };
  const app = createApp(options);
  // Hooks run in this order: an answer that a guard gives has the headers too.
  await addSecurityHeaders(app, options.tls !== undefined);
  const limiter = await addGuards(app, options, stopping);
  await addOpenApi(app, { version: options.version, hasSigningSecret: options.secrets !== undefined });
  addRoutes(app, options, stream);
  await addDashboard(app, options.dashboardFolder);
  app.server.maxConnections = CONNECTIONS_MAX;
  await app.listen({ host: options.host, port: options.port });
  return {
    port: (app.server.address() as AddressInfo).port,
    stream,
    refused: limiter.refused,
    async stop(graceMs) {
      stopping.now = true;
      stream.stop();
      const force = setTimeout(() => app.server.closeAllConnections(), graceMs);
      await app.close();
      clearTimeout(force);
    },
  };
}

function createApp(options: RestOptions): RestApp {
  const { tls } = options;
  const answer = (error: unknown, request: FastifyRequest, reply: FastifyReply): void =>
    answerProblem(error, request, reply, options.logger);
  const bounds = boundHttp1(options.onPipelineOver);
  const app = fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: RECEIVE_TIMEOUT_MS,
    return503OnClosing: false,
    // Without a certificate a caller is told so, and what probes ask is answered.
    ...(tls === undefined
      ? { http: bounds }
      : { https: { ...tls.for('callers'), rejectUnauthorized: false, ...bounds } }),
    frameworkErrors: answer,
    clientErrorHandler: answerBrokenRequest,
  }) as unknown as RestApp;
  tls?.onRenewed(() => (app.server as HttpsServer).setSecureContext(tls.for('callers')));
  app.setValidatorCompiler(validatorCompiler as never);
  app.setErrorHandler(answer);
  return app.withTypeProvider<TypeBoxTypeProvider>();
}

/** What every call passes before its route, in this order. */
async function addGuards(app: RestApp, options: RestOptions, stopping: { now: boolean }): Promise<RateLimiter> {
  const { secrets } = options;
  app.addHook('onSend', async (_request, reply) => {
    // Log text does not belong into caches on the way.
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
    // A socket kept alive would hold up the shutdown.
    if (stopping.now) void reply.header('connection', 'close');
  });
  app.addHook('onRequest', async (request) => {
    if (!stopping.now || isOpenPath(request.url)) return;
    throw new Problem(503, 'busy', 'the service is shutting down; try again in a moment', { retryAfterSeconds: 5 });
  });
  guardOrigins(app, {
    allowed: options.corsAllowedOrigins,
    loopbackOnly: isLoopback(options.host) && secrets === undefined,
  });
  const limiter = await RateLimiter.addTo(app, options.rateLimits);
  if (options.tls?.for('callers').requestCert === true) requireClientCertificate(app);
  if (secrets !== undefined) requireSigningSecret(app, secrets, limiter);
  negotiate(app);
  acceptJsonOnly(app);
  refuseUnknownRoutes(app);
  return limiter;
}

function addRoutes(app: RestApp, options: RestOptions, stream: EventStream): void {
  const { engine } = options;
  for (const schema of [
    LogRowSchema,
    FileAnswerSchema,
    AnomalySchema,
    ClusterSchema,
    IncidentSchema,
    DetectorStatusSchema,
    TemplateSchema,
    ProblemSchema,
  ]) {
    app.addSchema(schema);
  }
  addClusterRoutes(app, engine, options.logger);
  addDetectRoute(app, engine, options.logger);
  addAnomalyRoutes(app, engine.anomalies, stream);
  addIncidentRoutes(app, engine.incidents, stream);
  addDetectorRoutes(app, engine);
  addFeedbackRoutes(app, engine);
  addTemplateRoute(app, engine);
  addSourceRoutes(app, engine);
  addServicesRoute(app, engine);
  addSinkRoutes(app, engine);
  addHealthRoutes(app, engine, options.metrics, options.version);
}

function isLoopback(host: string): boolean {
  return host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** Bytes that are no HTTP request, or one that did not arrive in time: there is no request to answer, only a socket. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (isPipelineOver(socket)) return;
  if (error.code === 'ECONNRESET' || !socket.writable || answersAnother(socket)) {
    socket.destroy();
    return;
  }
  const problem = failedByCertificate(error, socket) ? strangeCertificate() : brokenRequest(error.code);
  const body = JSON.stringify(problemDocument(problem));
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.title}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function brokenRequest(code: string | undefined): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new Problem(
      408,
      'timeout',
      `the request has to arrive within ${RECEIVE_TIMEOUT_MS / 1000} s; send it again`,
    );
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new Problem(431, 'too_large', 'the headers may have at most 16 KiB; send fewer or shorter ones');
  }
  return new Problem(400, 'bad_request', 'this is not an HTTP/1.1 request');
}
