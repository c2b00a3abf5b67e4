import * as net from 'node:net';
import * as tls from 'node:tls';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { createDispatcher } from './grpc-dispatch.ts';
import { addHealth } from './grpc-health.ts';
import { STREAM_WINDOW_BYTES, trackSessions } from './grpc-sessions.ts';
import { loadLogsService } from './otlp-grpc-definitions.ts';
import type { Receiver, ReceiverOptions } from './receiver.ts';
import type { Certificate } from '../security/certificate.ts';
import { http2ServersOf, limitResets, takeStreamListener } from '../security/grpc-http2.ts';
import { limitOpenings } from '../security/http2-openings.ts';

export interface GrpcReceiverOptions extends ReceiverOptions {
  /** Requests at a time on one connection. */
  streamsMax: number;
  connection?: Partial<ConnectionOptions>;
}

/** Milliseconds; Infinity switches one off. */
export interface ConnectionOptions {
  /** Senders reconnect when their connection is this old (+-10 %), which spreads them over replicas. */
  ageMaxMs: number;
  /** For the requests that are under way then. */
  ageGraceMs: number;
  idleMaxMs: number;
  /** A connection that does not answer a ping within `keepaliveTimeoutMs` is dead. */
  keepaliveTimeMs: number;
  keepaliveTimeoutMs: number;
}

const CONNECTION_DEFAULTS: ConnectionOptions = {
  ageMaxMs: 300_000,
  ageGraceMs: 30_000,
  idleMaxMs: Infinity,
  keepaliveTimeMs: 60_000,
  keepaliveTimeoutMs: 20_000,
};

const SWEEP_MS = 1000;
/** All that grpc-js itself receives is health requests. */
const HEALTH_REQUEST_BYTES_MAX = 4096;
const LOGS_SERVICE = 'opentelemetry.proto.collector.logs.v1.LogsService';

export interface GrpcReceiver extends Receiver {
  setServing(serving: boolean): void;
}

/**
 * Serves OTLP/gRPC logs and `grpc.health.v1`, health NOT_SERVING until `setServing(true)`.
 *
 * The sockets are ours (their number, TLS, an error when the port is taken), connections and health are grpc-js', and
 * Export calls are ours again: see grpc-dispatch. Rejects with a sentence when TLS files are bad or the port is taken.
 */
export async function startOtlpGrpc(options: GrpcReceiverOptions): Promise<GrpcReceiver> {
  const connection = { ...CONNECTION_DEFAULTS, ...options.connection };
  const listener = createListener(options.tls, options.receiveTimeoutMs);
  const server = new Server(grpcOptions(connection));
  const health = addHealth(server, [LOGS_SERVICE]);
  limitResets(server, options.streamsMax);
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const [http2Server] = http2ServersOf(server);
  limitOpenings(http2Server, options.streamsMax);
  http2Server.updateSettings({ maxConcurrentStreams: options.streamsMax, initialWindowSize: STREAM_WINDOW_BYTES });
  const dispatcher = createDispatcher({
    ...options,
    exportPath: loadLogsService().Export.path,
    serveOther: takeStreamListener(http2Server),
  });
  http2Server.on('stream', dispatcher.onStream);
  const sessions = trackSessions(http2Server, { ...connection, receiveTimeoutMs: options.receiveTimeoutMs });
  const sockets = trackSockets(listener);
  listener.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: net.Socket) => {
    injector.injectConnection(socket);
  });
  listener.maxConnections = options.connectionsMax;
  await listen(listener, options);
  const sweeper = setInterval(() => {
    const nowMs = Date.now();
    dispatcher.sweep(nowMs);
    sessions.sweep(nowMs);
  }, SWEEP_MS).unref();
  return {
    port: (listener.address() as net.AddressInfo).port,
    setServing: (serving) => health.setServing(serving),
    async stop(graceMs) {
      health.setServing(false);
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      server.tryShutdown(() => undefined);
      dispatcher.stop();
      const force = setTimeout(() => {
        server.forceShutdown();
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(force);
      clearInterval(sweeper);
    },
  };
}

function grpcOptions(connection: ConnectionOptions): ConstructorParameters<typeof Server>[0] {
  const options: Record<string, number> = {
    'grpc.enable_channelz': 0,
    'grpc.max_receive_message_length': HEALTH_REQUEST_BYTES_MAX,
    'grpc.keepalive_timeout_ms': connection.keepaliveTimeoutMs,
  };
  // grpc-js takes a missing option, not Infinity, as never.
  if (connection.keepaliveTimeMs < Infinity) options['grpc.keepalive_time_ms'] = connection.keepaliveTimeMs;
  if (connection.ageMaxMs < Infinity) options['grpc.max_connection_age_ms'] = connection.ageMaxMs;
  if (connection.ageGraceMs < Infinity) options['grpc.max_connection_age_grace_ms'] = connection.ageGraceMs;
  return options;
}

function createListener(certificate: Certificate | undefined, handshakeTimeout: number): net.Server {
  if (certificate === undefined) return net.createServer({ noDelay: true });
  const own = { ALPNProtocols: ['h2'], handshakeTimeout, noDelay: true };
  const listener = tls.createServer({ ...certificate.for('senders'), ...own });
  certificate.onRenewed(() => listener.setSecureContext(certificate.for('senders')));
  listener.on('secureConnection', (socket) => socket.on('error', () => socket.destroy()));
  // Node leaves the socket open whose handshake failed or took too long.
  listener.on('tlsClientError', (_error, socket) => socket.destroy());
  return listener;
}

function trackSockets(listener: net.Server): Set<net.Socket> {
  const sockets = new Set<net.Socket>();
  listener.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  return sockets;
}

function listen(listener: net.Server, { host, port }: ReceiverOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    // Once it listens only accepting a socket can fail (no file descriptor is left), and the next attempt may not.
    listener.on('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'the port is in use' : cause.message;
      reject(new Error(`OTLP/gRPC cannot listen on ${host}:${port}: ${reason}`, { cause }));
    });
    listener.listen({ host, port, backlog: 511 }, resolve);
  });
}
