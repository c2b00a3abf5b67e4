import { createServer as createHttp1 } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import type { Http2Server, Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { sniffHttp2 } from './http-sniff.ts';
import type { Certificate } from '../security/certificate.ts';
import { boundHttp1 } from '../security/http1-bodies.ts';
import { RESETS_PER_SECOND } from '../security/http2-limits.ts';
import { limitOpenings } from '../security/http2-openings.ts';

export interface HttpListenerOptions {
  tls: Certificate | undefined;
  connectionsMax: number;
  /** For a TLS handshake, for the headers of a request; twice this for a whole request, as the last resort. */
  receiveTimeoutMs: number;
  /** A connection had more requests of HTTP/1.1 under way than it may, and ends for it. */
  onPipelineOver(): void;
}

/** One port that speaks HTTP/1.1 and HTTP/2: by ALPN under TLS, by the first bytes of a connection without. */
export interface HttpListener {
  /** Listens once told to, as the framework does. */
  readonly server: Server;
  /** Stops listening at once and closes what is idle; what is still open after `graceMs` is destroyed. */
  stop(graceMs: number): Promise<void>;
}

/** Load balancers keep idle connections for 60 s: the side that closes first must be theirs. */
const KEEP_ALIVE_MS = 75_000;
/** As gRPC's limit for metadata. */
const HEADER_BYTES_MAX = 64 * 1024;
const HTTP2_STREAMS_MAX = 100;
/** Lets one large request of a distant sender use its line; flow control is per connection and per stream. */
const HTTP2_WINDOW_BYTES = 1 << 20;

export function createHttpListener(options: HttpListenerOptions, handler: RequestListener): HttpListener {
  const server = createServer(options, handler);
  const http2 = createHttp2Server(handler);
  server.maxConnections = options.connectionsMax;
  // Both see to `Expect: 100-continue` themselves: a body that will be refused is not asked for.
  server.on('checkContinue', handler);

  const connected = options.tls ? 'secureConnection' : 'connection';
  const serveHttp1 = server.listeners(connected).at(-1) as (socket: Socket) => void;
  server.removeListener(connected, serveHttp1);
  const connections = trackConnections(server, http2, connected);
  server.on(connected, (socket: Socket) => {
    const serve = (isHttp2: boolean): void => {
      // With TLS the protocol is known before a byte of it has come.
      if (isHttp2 || !options.tls) connections.silent.delete(socket);
      if (isHttp2) http2.emit('connection', socket);
      else serveHttp1.call(server, socket);
    };
    // A handshake may end when the receiver has stopped listening.
    if (!server.listening) socket.destroy();
    else if (options.tls) serve((socket as TLSSocket).alpnProtocol === 'h2');
    else sniffHttp2(socket, options.receiveTimeoutMs, serve);
  });
  return { server, stop: (graceMs) => stop(server, connections, graceMs) };
}

function createServer(options: HttpListenerOptions, handler: RequestListener): Server {
  const { receiveTimeoutMs, tls } = options;
  const http1: ServerOptions = {
    headersTimeout: receiveTimeoutMs,
    requestTimeout: receiveTimeoutMs * 2,
    connectionsCheckingInterval: Math.min(5_000, Math.max(50, receiveTimeoutMs / 4)),
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: HEADER_BYTES_MAX,
    noDelay: true,
    ...boundHttp1(options.onPipelineOver),
  };
  if (!tls) return createHttp1(http1, handler);
  const alpn = { ALPNProtocols: ['h2', 'http/1.1'], handshakeTimeout: receiveTimeoutMs };
  const server = createHttps({ ...http1, ...alpn, ...tls.for('senders') }, handler);
  tls.onRenewed(() => server.setSecureContext(tls.for('senders')));
  return server;
}

/** Never listens: it is given connections that were found to speak HTTP/2. */
function createHttp2Server(handler: RequestListener): Http2Server {
  const settings = {
    maxConcurrentStreams: HTTP2_STREAMS_MAX,
    maxHeaderListSize: HEADER_BYTES_MAX,
    initialWindowSize: HTTP2_WINDOW_BYTES,
  };
  // Rapid reset: Node lets 1,000 streams be reset at once. A sender that gives up on all it has under way resets these.
  const resets = { streamResetBurst: HTTP2_STREAMS_MAX, streamResetRate: RESETS_PER_SECOND };
  const handleLive = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    // With its session, by what bounds how many streams one read opens.
    if (request.stream.destroyed) return;
    handler(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  };
  const server = createHttp2({ settings, ...resets }, handleLive);
  server.on('checkContinue', handleLive);
  limitOpenings(server, HTTP2_STREAMS_MAX);
  server.on('session', (session) => {
    session.setLocalWindowSize(HTTP2_WINDOW_BYTES);
    session.setTimeout(KEEP_ALIVE_MS, () => session.close());
  });
  // A broken session is its peer's loss; without a listener it would be an uncaught error.
  server.on('sessionError', () => undefined);
  return server;
}

interface Connections {
  sockets: Set<Socket>;
  sessions: Set<ServerHttp2Session>;
  /** Those that have not asked for anything yet; Node does not count them as idle. */
  silent: Set<Socket>;
}

/** Bounded by `connectionsMax`. */
function trackConnections(server: Server, http2: Http2Server, connected: string): Connections {
  const { sockets, sessions, silent }: Connections = { sockets: new Set(), sessions: new Set(), silent: new Set() };
  server.prependListener('connection', (socket: Socket) => track(sockets, socket));
  server.prependListener(connected, (socket: Socket) => track(silent, socket));
  const speaks = ({ socket }: IncomingMessage): boolean => silent.delete(socket);
  server.on('request', speaks).on('checkContinue', speaks);
  http2.on('session', (session) => track(sessions, session));
  return { sockets, sessions, silent };
}

function track<Tracked extends NodeJS.EventEmitter>(set: Set<Tracked>, one: Tracked): void {
  set.add(one);
  one.once('close', () => set.delete(one));
}

async function stop(server: Server, connections: Connections, graceMs: number): Promise<void> {
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  for (const socket of connections.silent) socket.destroy();
  for (const session of connections.sessions) session.close();
  const force = setTimeout(() => {
    for (const socket of connections.sockets) socket.destroy();
  }, graceMs);
  await closed.promise;
  clearTimeout(force);
}

/** The connection under a request, the same object for all its requests. */
export function connectionOf(request: IncomingMessage): object {
  const { stream } = request as { stream?: { session?: object } };
  return stream?.session ?? request.socket;
}
