import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { REASONS } from '../domain/anomaly.ts';
import type { Reason } from '../domain/anomaly.ts';
import type { Certificate } from '../security/certificate.ts';
import { http2ServersOf, limitResets, takeStreamListener } from '../security/grpc-http2.ts';
import { limitOpenings } from '../security/http2-openings.ts';
import type { SecretSet } from '../security/secret-set.ts';
import type { AnomalyEntry, Feed, FeedEntry, IncidentEntry } from '../serve/engine.ts';
import { Turns } from '../serve/turns.ts';
import { RenewableCredentials } from './renewable-credentials.ts';
import { loadAlertService } from './watch-definitions.ts';
import type { WatchEvent, WatchRequest } from './watch-definitions.ts';
import { anomalyMessage, incidentMessage } from './watch-event.ts';
import { Watcher } from './watcher.ts';
import type { WatchCall } from './watcher.ts';
import { WireFeed } from './wire-feed.ts';

export interface WatchServerOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  anomalies: Feed<AnomalyEntry>;
  incidents: Feed<IncidentEntry>;
  /** Undefined: everybody may call. */
  secrets: SecretSet | undefined;
  /** Undefined: plain text. */
  tls: Certificate | undefined;
  watchersMax?: number;
  connectionsMax?: number;
  heartbeatMs?: number;
  stalledMs?: number;
}

export interface WatchServer {
  readonly port: number;
  readonly watchers: number;
  /** Times that a watcher was told of entries it has missed, and watchers cut off because they had stopped reading. */
  readonly gaps: number;
  readonly dropped: number;
  stop(graceMs: number): Promise<void>;
}

const REQUEST_BYTES_MAX = 64 * 1024;
const STREAMS_PER_CONNECTION_MAX = 100;
const WATCHERS_MAX = 1000;
/** Some more, for callers who look but do not watch, or no longer. */
const CONNECTIONS_MAX = 2000;
const HEARTBEAT_MS = 15_000;
const STALLED_MS = 30_000;

/** A watcher of whichever feed. */
type Reader = Pick<Watcher<FeedEntry>, 'pump' | 'heartbeat' | 'end'>;

class Refusal extends Error {
  readonly code: status;

  constructor(code: status, details: string) {
    super(details);
    this.code = code;
  }
}

/** Serves `halfspace.v1.AlertService` on a port of its own, as senders of logs may not read what was found in them. */
export async function startWatchServer(options: WatchServerOptions): Promise<WatchServer> {
  const { watchersMax = WATCHERS_MAX, heartbeatMs = HEARTBEAT_MS, stalledMs = STALLED_MS } = options;
  const { Watch } = loadAlertService();
  const encode = (event: WatchEvent) => Watch.responseSerialize(event);
  const anomalies = new WireFeed(options.anomalies, anomalyEvent, encode);
  const incidents = new WireFeed(options.incidents, incidentEvent, encode);
  const watchers = new Map<Reader, Feed<FeedEntry>>();
  const counts = { gap: 0, dropped: 0 };
  const turns = new Turns<Reader>((watcher) => watcher.pump());
  const server = new Server({
    'grpc.enable_channelz': 0,
    'grpc.max_receive_message_length': REQUEST_BYTES_MAX,
    'grpc.max_concurrent_streams': STREAMS_PER_CONNECTION_MAX,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
  });
  limitResets(server, STREAMS_PER_CONNECTION_MAX);

  function watch<Entry extends FeedEntry>(
    call: WatchCall,
    wire: WireFeed<Entry>,
    wants: (entry: Entry) => boolean,
  ): void {
    const start = startOf(call.request.after, wire.feed);
    const onDrain = () => turns.add(watcher);
    const onEnd = () => {
      watchers.delete(watcher);
      turns.delete(watcher);
    };
    const onEvent = (event: 'gap' | 'dropped') => void counts[event]++;
    const watcher = new Watcher(
      { call, wire, encode, wants, stalledMs, onDrain, onEvent, onEnd },
      start.cursor,
      start.missed,
    );
    // Tells the caller that it is let in, before there is anything to tell of.
    call.sendMetadata(new Metadata());
    watchers.set(watcher, wire.feed);
    turns.add(watcher);
  }

  // What is written is encoded already.
  server.addService(
    { Watch: { ...Watch, responseSerialize: (event: Buffer) => event } },
    {
      Watch(call: WatchCall) {
        try {
          authenticate(call, options.secrets);
          if (watchers.size >= watchersMax) {
            throw new Refusal(status.RESOURCE_EXHAUSTED, `all ${watchersMax} places for watchers are taken`);
          }
          const { request } = call;
          const filter = filterOf(request);
          if (request.feed === 'FEED_INCIDENTS') {
            watch(call, incidents, ({ change: { incident } }) =>
              filter(incident.services, incident.reasons, incident.worst_score),
            );
          } else {
            watch(call, anomalies, ({ anomaly }) => filter([anomaly.service], anomaly.reasons, anomaly.hst_score));
          }
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          call.emit('error', { code: error.code, details: error.message });
        }
      },
    },
  );

  const stopListening = [options.anomalies, options.incidents].map((feed) =>
    feed.onAppend(() => {
      for (const [watcher, read] of watchers) if (read === feed) turns.add(watcher);
    }),
  );
  const heartbeat = setInterval(() => {
    for (const watcher of watchers.keys()) watcher.heartbeat();
  }, heartbeatMs).unref();
  const port = await bind(server, options);
  for (const http2Server of http2ServersOf(server)) {
    http2Server.maxConnections = options.connectionsMax ?? CONNECTIONS_MAX;
    boundStreams(http2Server);
  }
  return {
    port,
    get watchers() {
      return watchers.size;
    },
    get gaps() {
      return counts.gap;
    },
    get dropped() {
      return counts.dropped;
    },
    async stop(graceMs) {
      clearInterval(heartbeat);
      for (const stop of stopListening) stop();
      for (const watcher of watchers.keys()) watcher.end(status.UNAVAILABLE, 'shutting down, come back in a moment');
      const force = setTimeout(() => server.forceShutdown(), graceMs);
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(force);
    },
  };
}

function boundStreams(http2Server: Http2Server): void {
  limitOpenings(http2Server, STREAMS_PER_CONNECTION_MAX);
  const serve = takeStreamListener(http2Server);
  http2Server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number) => {
    stream.on('error', () => undefined);
    // Ended with its session, or reset in the read that opened it: grpc-js would answer it, which throws.
    if (!stream.destroyed && !stream.closed) serve(stream, headers, flags);
  });
}

function bind(server: Server, { host, port, tls }: WatchServerOptions): Promise<number> {
  const credentials = tls === undefined ? ServerCredentials.createInsecure() : new RenewableCredentials(tls);
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (cause, bound) => {
      if (cause === null) resolve(bound);
      else reject(new Error(`the watch service cannot listen on ${address}: ${cause.message}`, { cause }));
    });
  });
}

function authenticate(call: WatchCall, secrets: SecretSet | undefined): void {
  if (secrets === undefined) return;
  const [secret] = call.metadata.get('x-signing-secret');
  const [authorization] = call.metadata.get('authorization');
  const shown = secrets.judge(secret, authorization);
  if (shown === 'missing') {
    const how = 'send the signing secret as the metadata x-signing-secret, or as authorization: Bearer';
    throw new Refusal(status.UNAUTHENTICATED, how);
  }
  if (shown === 'wrong') throw new Refusal(status.UNAUTHENTICATED, 'the signing secret is not this one');
}

function filterOf(request: WatchRequest): (services: string[], reasons: Reason[], score: number) => boolean {
  const unknown = request.reasons.find((reason) => !(REASONS as readonly string[]).includes(reason));
  if (unknown !== undefined) {
    const got = JSON.stringify(unknown.slice(0, 64));
    throw new Refusal(status.INVALID_ARGUMENT, `reasons has ${got}; allowed: ${REASONS.join(', ')}`);
  }
  const wantedServices = new Set(request.services);
  const wantedReasons = new Set<string>(request.reasons);
  return (services, reasons, score) =>
    (wantedServices.size === 0 || services.some((service) => wantedServices.has(service))) &&
    (wantedReasons.size === 0 || reasons.some((reason) => wantedReasons.has(reason))) &&
    score >= request.min_score;
}

/** As for the streams over HTTP: a position that was never given is of an earlier run, and gets all there is. */
function startOf(after: string | undefined, feed: Feed<FeedEntry>): { cursor: number; missed: number } {
  if (after === undefined) return { cursor: feed.nextId, missed: 0 };
  const position = Number(after);
  if (position >= feed.nextId) return { cursor: feed.firstId, missed: 0 };
  const cursor = Math.max(position + 1, feed.firstId);
  return { cursor, missed: cursor - (position + 1) };
}

function anomalyEvent({ id, anomaly }: AnomalyEntry): WatchEvent {
  return { position: String(id), anomaly: anomalyMessage(anomaly) };
}

function incidentEvent({ id, change }: IncidentEntry): WatchEvent {
  return { position: String(id), incident: incidentMessage(change) };
}
