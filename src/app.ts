import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { createAnalyser } from './analyse/analyser.ts';
import type { Analyser } from './analyse/analyser.ts';
import type { Config } from './config/config.ts';
import { parseSetting } from './config/parse-setting.ts';
import { SOURCE_SETTINGS } from './config/source-settings.ts';
import { LiveEngine } from './engine/live-engine.ts';
import { ExportCounts } from './export-counts.ts';
import { countsByReason } from './domain/anomaly.ts';
import { AnomalyLog } from './live/anomaly-log.ts';
import { Clock } from './live/clock.ts';
import { JsonTranscoder } from './live/json-transcoder.ts';
import { Retraining } from './live/retraining.ts';
import { Router } from './live/router.ts';
import { ShardSet } from './live/shard-set.ts';
import { createAuthenticator } from './receive/authenticator.ts';
import { ByteBudget } from './receive/byte-budget.ts';
import { startOtlpGrpc } from './receive/otlp-grpc.ts';
import type { GrpcReceiver } from './receive/otlp-grpc.ts';
import { startOtlpHttp } from './receive/otlp-http.ts';
import type { Receiver, ReceiverOptions } from './receive/receiver.ts';
import { loadTls } from './receive/tls.ts';
import { TICK_MS } from './score/detector.ts';
import { createCredentialStore } from './serve/credential-store.ts';
import type { CredentialStore } from './serve/credential-store.ts';
import type { Readiness } from './serve/engine.ts';
import { startRest } from './serve/rest-server.ts';
import type { RestOptions, RestServer } from './serve/rest-server.ts';
import { refusalOfPath } from './sources/file/file-root.ts';
import { createMetrics } from './telemetry/metrics.ts';
import type { MetricsSnapshot } from './telemetry/snapshot-metrics.ts';

const LOOPBACK = /^(localhost|127\.[\d.]+|::1)$/i;
const ANOMALY_LOG_BYTES_MAX = 64 * 1024 * 1024;

export interface App {
  readonly ports: { otlpGrpc: number; otlpHttp: number; rest: number };
  readonly anomalies: AnomalyLog;
  /** Nothing is accepted once called; what is in flight has the configured grace to finish. */
  stop(): Promise<void>;
}

/** Ways to stop what was started, in the order of starting; each has what is left of the one grace over all. */
type Stops = ((graceMs: number) => Promise<void>)[];

/** Builds every part in the order of the data path and starts it; what was started is stopped when a later part fails. */
export async function startApp(config: Config, logger: Logger): Promise<App> {
  const stops: Stops = [];
  try {
    return await assemble(config, logger, stops);
  } catch (error) {
    await stopAll(stops, 0);
    throw error;
  }
}

async function assemble(config: Config, logger: Logger, stops: Stops): Promise<App> {
  const { live } = config;
  const state: { readiness: Readiness } = { readiness: { ready: false, reasons: ['starting'] } };
  const anomalies = new AnomalyLog({ entriesMax: live.anomalyLogMax, bytesMax: ANOMALY_LOG_BYTES_MAX });
  const shards = await startShards(config, logger, stops);
  const analyser = startAnalyser(config, stops);
  const retraining = startRetraining(config, logger, shards, analyser, stops);
  const budget = new ByteBudget(config.receive.inFlightBytesMax);
  const counts = new ExportCounts();
  const streams = new StreamCounts();
  const version = productVersion();
  const metrics = createMetrics({ version, read: () => readMetrics(shards, retraining, budget, counts, streams) });
  const engine = new LiveEngine({
    shards,
    analyser,
    anomalies,
    credentials: credentialStore(config),
    defaultLookbackHours: config.analyse.defaultLookbackHours,
    liveClusters: () => retraining.current,
    readiness: () => state.readiness,
    nowMs,
    onWindow: metrics.windowAnalysed,
  });
  const rest = await startServing(config, { engine, metrics, logger, version }, stops);
  streams.source = rest.stream;
  const router = new Router({
    shards: shards.clients,
    serviceAttributes: config.receive.serviceAttributes,
    nowMs,
    onAnomalies: (batch) => anomalies.append(batch),
  });
  const receivers = await startReceiving(config, { router, budget, counts }, stops);
  startClock(logger, shards, anomalies, stops);
  receivers.grpc.setServing(true);
  state.readiness = { ready: true, reasons: [] };
  return {
    ports: { otlpGrpc: receivers.grpc.port, otlpHttp: receivers.http.port, rest: rest.port },
    anomalies,
    async stop() {
      state.readiness = { ready: false, reasons: ['shutting down'] };
      await stopAll(stops, live.shutdownGraceMs);
    },
  };
}

async function stopAll(stops: Stops, graceMs: number): Promise<void> {
  const endMs = performance.now() + graceMs;
  for (const stop of stops.splice(0).toReversed()) await stop(Math.max(0, endMs - performance.now()));
}

async function startShards(config: Config, logger: Logger, stops: Stops): Promise<ShardSet> {
  const { live, mine, score, receive, keepsTemplates } = config;
  const shards = new ShardSet({
    shards: live.shards,
    servicesMax: live.servicesMax,
    bufferBytesMax: live.bufferBytesMax,
    bufferAgeMaxMs: live.bufferAgeMsMax,
    detector: { ...score, miner: { ...mine, keepsTemplates } },
    serviceAttributes: receive.serviceAttributes,
    onCrash: (shard, error) =>
      logger.error({ err: error, shard }, 'a shard died and was started anew; its services learn from the beginning'),
  });
  stops.push(() => shards.stop());
  await shards.started();
  return shards;
}

function startAnalyser({ mine, score, cluster, analyse }: Config, stops: Stops): Analyser {
  const analyser = createAnalyser({ miner: mine, profile: score.profile, ...cluster, threads: analyse.threads });
  stops.push(() => analyser.close());
  return analyser;
}

function startRetraining(
  config: Config,
  logger: Logger,
  shards: ShardSet,
  analyser: Analyser,
  stops: Stops,
): Retraining {
  const wholeBuffer = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
  const stopping = new AbortController();
  const { signal } = stopping;
  const retraining = new Retraining({
    intervalSeconds: config.live.retrainIntervalSeconds,
    analyseBuffer: (at) =>
      shards.withBuffer(at, (services) => analyser.analyse({ source: 'packed', services, ...wholeBuffer }, signal)),
    nowMs,
    onFailure(error) {
      if (!signal.aborted) logger.error({ err: error }, 'retraining failed; the clusters before stay');
    },
  });
  retraining.start();
  stops.push(async () => {
    // Nobody will see the result of a run under way: it is not waited for, and ends with the analyser's threads.
    stopping.abort();
    void retraining.stop();
  });
  return retraining;
}

/** Records are some seconds old when they arrive: files are polled, batches wait to be full. */
const CLOCK_LAG_MS = 10_000;

function startClock(logger: Logger, shards: ShardSet, anomalies: AnomalyLog, stops: Stops): void {
  const clock = new Clock({
    intervalMs: TICK_MS,
    lagMs: CLOCK_LAG_MS,
    nowMs,
    tick: (now) => shards.tick(now),
    onAnomalies: (batch) => anomalies.append(batch),
    onFailure: (error) => logger.error({ err: error }, 'the services could not be told the time'),
  });
  clock.start();
  stops.push(() => clock.stop());
}

async function startServing(
  { listen, security }: Config,
  parts: Pick<RestOptions, 'engine' | 'metrics' | 'logger' | 'version'>,
  stops: Stops,
): Promise<RestServer> {
  const tls = security.tls === undefined ? undefined : loadTls(security.tls);
  const rest = await startRest({
    ...parts,
    host: listen.host,
    port: listen.restPort,
    signingSecret: security.signingSecret,
    corsAllowedOrigins: security.corsAllowedOrigins,
    tls,
  });
  stops.push((graceMs) => rest.stop(graceMs));
  return rest;
}

/** Both receivers stop at the same time, so that together they take one grace and not two. */
async function startReceiving(
  { listen, security, receive }: Config,
  { router, budget, counts }: { router: Router; budget: ByteBudget; counts: ExportCounts },
  stops: Stops,
): Promise<{ grpc: GrpcReceiver; http: Receiver }> {
  const common: Omit<ReceiverOptions, 'port' | 'intake'> = {
    host: listen.host,
    budget,
    auth: createAuthenticator(security),
    tls: security.tls,
    requestBytesMax: receive.requestBytesMax,
    receiveTimeoutMs: receive.receiveTimeoutMs,
    connectionsMax: receive.connectionsMax,
    onEvent: (event) => counts.add(event),
  };
  const transcoder = new JsonTranscoder();
  stops.push(() => transcoder.close());
  const receivers: Receiver[] = [];
  stops.push(async (graceMs) => {
    await Promise.all(receivers.map((receiver) => receiver.stop(graceMs)));
  });
  const intake = counts.counting('grpc', router);
  const grpc = await startOtlpGrpc({ ...common, port: listen.otlpGrpcPort, intake, streamsMax: receive.streamsMax });
  receivers.push(grpc);
  const http = await startOtlpHttp({
    ...common,
    port: listen.otlpHttpPort,
    path: listen.otlpHttpPath,
    intake: counts.counting('http', router),
    corsAllowedOrigins: security.corsAllowedOrigins,
    transcodeJson: (body) => transcoder.transcode(body),
  });
  receivers.push(http);
  return { grpc, http };
}

function credentialStore(config: Config): CredentialStore {
  return createCredentialStore({
    keys: SOURCE_SETTINGS,
    environment: config.sources,
    check(source, key, value) {
      const setting = SOURCE_SETTINGS.get(source)?.find((one) => one.key === key);
      if (setting === undefined) return undefined;
      if (source === 'file' && key === 'path') {
        const refusal = refusalOfPath(value, { root: config.security.fileRoot, isOpen: isOpen(config) });
        if (refusal !== undefined) return refusal;
      }
      const parsed = parseSetting(`credentials.${key}`, value, setting.schema);
      return 'problem' in parsed ? parsed.problem : undefined;
    },
  });
}

function readMetrics(
  shards: ShardSet,
  retraining: Retraining,
  budget: ByteBudget,
  counts: ExportCounts,
  streams: StreamCounts,
): MetricsSnapshot {
  const stats = shards.stats();
  return {
    recordsReceived: counts.records,
    exportRequests: counts.requests(),
    recordsScored: stats.recordsScored,
    anomalies: countsByReason((reason) => stats[reason]),
    services: stats.services,
    learningServices: stats.learningServices,
    servicesEvicted: stats.servicesEvicted,
    overflowRecords: stats.overflowRecords,
    templates: stats.templates,
    templatesEvicted: stats.templatesEvicted,
    inFlightBytes: budget.bytesUsed,
    inFlightLimitBytes: budget.bytesMax,
    shardQueueRequests: shards.pendingCalls,
    bufferBytes: stats.bufferBytes,
    bufferRows: stats.bufferRows,
    bufferEvictedRows: stats.bufferEvictedRows,
    retrainSeconds: retraining.current?.seconds,
    lastRetrainTimestampSeconds: retraining.current === undefined ? undefined : retraining.current.trainedAt / 1000,
    timestampsClamped: stats.timestampsClamped,
    droppedAttributes: stats.droppedAttributes,
    unresolvedValues: stats.unresolvedValues,
    streamSubscribers: streams.source.subscribers,
    streamGaps: streams.source.gaps,
  };
}

/** Read by metrics, which exist before the streams do. */
class StreamCounts {
  source: Pick<RestServer['stream'], 'subscribers' | 'gaps'> = { subscribers: 0, gaps: 0 };
}

/** Whether anybody who reaches the REST port may call. */
export function isOpen({ listen, security }: Config): boolean {
  return security.signingSecret === undefined && !LOOPBACK.test(listen.host);
}

function nowMs(): number {
  return Date.now();
}

function productVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
