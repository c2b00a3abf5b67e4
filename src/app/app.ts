import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { createActivity } from './activity.ts';
import type { AppActivity } from './activity.ts';
import { noStreams, readMetrics } from './metrics.ts';
import type { LateParts } from './metrics.ts';
import { receiversAnswer, startReceiving } from './receivers.ts';
import { applyReload } from './reload.ts';
import type { Reloaded } from './reload.ts';
import { startRetraining } from './retraining.ts';
import { openSecurity } from './security.ts';
import type { Security } from './security.ts';
import { startSinks } from './sinks.ts';
import { alertSteps, keptModels, openStore, restoreAlerts, startSnapshots, storeProblems } from './store.ts';
import type { Kept } from './store.ts';
import { Failures, statusParts } from './status.ts';
import { credentialStore, windowAnswers } from './windows.ts';
import { createAnalyser } from '../analyse/analyser.ts';
import type { Analyser } from '../analyse/analyser.ts';
import type { Config } from '../config/config.ts';
import { LiveEngine } from '../engine/live-engine.ts';
import { ExportCounts } from './export-counts.ts';
import { Incidents } from '../incident/incidents.ts';
import { AlertPath } from '../live/alert-path.ts';
import { AnomalyLog } from '../live/anomaly-log.ts';
import { Clock } from '../live/clock.ts';
import { FeedbackBook } from '../live/feedback-book.ts';
import { IncidentLog } from '../live/incident-log.ts';
import { Router } from '../live/router.ts';
import { ShardSet } from '../live/shard-set.ts';
import { ByteBudget } from '../receive/byte-budget.ts';
import type { AlertsConfig } from '../sinks/alerts-file/alerts-config.ts';
import { stopAll } from './stops.ts';
import type { Stops } from './stops.ts';
import { TICK_MS } from '../score/detector.ts';
import type { Readiness } from '../serve/engine.ts';
import { startRest } from '../serve/rest-server.ts';
import type { RestOptions, RestServer } from '../serve/rest-server.ts';
import { startWatchServer } from '../watch/watch-server.ts';
import type { WatchServer } from '../watch/watch-server.ts';
import { createMetrics } from '../telemetry/metrics.ts';

const ANOMALY_LOG_BYTES_MAX = 64 * 1024 * 1024;
/** At most 30 KB each. */
const INCIDENT_CHANGES_MAX = 2000;
const INCIDENTS_RESOLVED_MAX = 1000;
const FEEDBACK_MAX = 10_000;

export interface App {
  readonly ports: { otlpGrpc: number; otlpHttp: number; rest: number; watch: number };
  readonly anomalies: AnomalyLog;
  /** Takes over what can be changed while it runs. */
  reload(reloaded: Reloaded): Promise<void>;
  /** What was to be taken over is wrong; it is told until a reload succeeds. */
  noteRefusedReload(error: unknown): void;
  /** Nothing is accepted once called; what is in flight has the configured grace to finish. */
  stop(): Promise<void>;
}

/** Builds every part in the order of the data path and starts it; what was started is stopped when a later part fails. */
export async function startApp(config: Config, logger: Logger, alertsConfig?: AlertsConfig): Promise<App> {
  const stops: Stops = [];
  try {
    return await assemble(config, logger, alertsConfig, stops);
  } catch (error) {
    await stopAll(stops, 0);
    throw error;
  }
}

async function assemble(
  config: Config,
  logger: Logger,
  alertsConfig: AlertsConfig | undefined,
  stops: Stops,
): Promise<App> {
  const { live } = config;
  let latest = config;
  const security = openSecurity(config, logger, stops);
  const state: { readiness: Readiness } = { readiness: { ready: false, reasons: ['starting'] } };
  const anomalies = new AnomalyLog({ entriesMax: live.anomalyLogMax, bytesMax: ANOMALY_LOG_BYTES_MAX });
  const kept = await openStore(config, logger, stops);
  const incidentLog = new IncidentLog(
    { changesMax: INCIDENT_CHANGES_MAX, resolvedMax: INCIDENTS_RESOLVED_MAX },
    kept?.nextChangeId,
  );
  const incidents = new Incidents({ quietMs: live.incidentQuietMs });
  const late: LateParts = {};
  const failures = new Failures();
  const shards = await startShards(config, logger, kept, failures, stops);
  const feedback = new FeedbackBook({
    entriesMax: FEEDBACK_MAX,
    async onChange(entries) {
      await shards.mark(entries.map(({ fingerprint, mark }) => [fingerprint, mark]));
      await kept?.store.keepFeedback(entries);
    },
  });
  if (kept !== undefined) await restoreAlerts(kept, { anomalies, incidents, incidentLog, feedback, shards });
  const activity = createActivity(shards, live.metricsServicesMax, nowMs);
  const alerts = new AlertPath({
    anomalies,
    incidents,
    incidentLog,
    ...activity.counting(alertSteps({ kept, anomalies, incidentLog, sinks: () => late.sinks })),
  });
  const analyser = startAnalyser(config, stops);
  const retraining = startRetraining(config, logger, { shards, analyser, failures, kept }, stops);
  const budget = new ByteBudget(config.receive.inFlightBytesMax);
  const counts = new ExportCounts();
  const streams = noStreams();
  const pipelinesEnded = { otlp_http: 0, rest: 0 };
  const version = productVersion();
  const counting = { failures, shards, activity, analyser, retraining, budget, counts, streams, incidentLog, alerts };
  const metrics = createMetrics({
    version,
    read: () =>
      readMetrics({
        ...counting,
        late,
        pipelinesEnded,
        kept,
        security,
        readiness: state.readiness,
        bufferLimitBytes: live.bufferBytesMax,
        nowMs,
      }),
  });
  // Before what brings anomalies, so that it stops after it.
  const sinks = startSinks(
    alertsConfig,
    { incidents: incidentLog, metrics, logger, outbox: kept?.store.outbox },
    stops,
  );
  late.sinks = sinks;
  const credentials = credentialStore(config);
  const engine = new LiveEngine({
    shards,
    windows: windowAnswers(config, { shards, analyser, credentials, metrics, failures }),
    anomalies,
    incidents: incidentLog,
    feedback,
    credentials,
    sinks,
    services: (limit) => activity.answer(limit),
    liveClusters: () => retraining.current,
    readiness: () => ({ ...state.readiness, degraded: storeProblems(kept) }),
    parts: () => statusParts({ ...state, failures, shards, analyser, streams, kept, sinks, security }),
    receivers: () => late.receivers ?? null,
    nowMs,
  });
  const pipelineOver = (port: keyof typeof pipelinesEnded) => () => void pipelinesEnded[port]++;
  const rest = await startServing(
    config,
    security,
    { engine, metrics, logger, version, onPipelineOver: pipelineOver('rest') },
    stops,
  );
  streams.http = rest.stream;
  late.rest = rest;
  const watch = await startWatch(config, security, engine, stops);
  streams.grpc = watch;
  const router = new Router({
    shards: shards.clients,
    serviceAttributes: config.receive.serviceAttributes,
    nowMs,
    onAnomalies: (batch) => alerts.take(batch),
  });
  late.router = router;
  const receivers = await startReceiving(
    config,
    security,
    { router, budget, counts, metrics, onPipelineOver: pipelineOver('otlp_http') },
    stops,
  );
  late.receivers = receiversAnswer(config, receivers);
  startClock(logger, { shards, alerts, activity }, stops);
  receivers.grpc.setServing(true);
  state.readiness = { ready: true, reasons: [] };
  return {
    ports: { otlpGrpc: receivers.grpc.port, otlpHttp: receivers.http.port, rest: rest.port, watch: watch.port },
    anomalies,
    async reload(reloaded) {
      await applyReload({ started: config, latest }, reloaded, { security, sinks, logger });
      latest = reloaded.config;
      failures.mend('reload');
    },
    noteRefusedReload: (error) => failures.note('reload', error),
    async stop() {
      state.readiness = { ready: false, reasons: ['shutting down'] };
      await stopAll(stops, live.shutdownGraceMs);
    },
  };
}

async function startShards(
  config: Config,
  logger: Logger,
  kept: Kept | undefined,
  failures: Failures,
  stops: Stops,
): Promise<ShardSet> {
  const { live, mine, score, receive, keepsTemplates } = config;
  const shards = new ShardSet({
    shards: live.shards,
    servicesMax: live.servicesMax,
    bufferBytesMax: live.bufferBytesMax,
    bufferAgeMaxMs: live.bufferAgeMsMax,
    detector: { ...score, miner: { ...mine, keepsTemplates } },
    serviceAttributes: receive.serviceAttributes,
    onCrash(shard, error) {
      failures.note('shards', error);
      // It is started anew at once.
      failures.mend('shards');
      logger.error(
        { err: error, shard },
        kept === undefined
          ? 'a shard died and was started anew; its services learn from the beginning'
          : 'a shard died and was started anew; its services go on from their last snapshots',
      );
    },
    ...(kept === undefined ? {} : { models: keptModels(kept, logger) }),
  });
  stops.push(() => shards.stop());
  await shards.started();
  if (kept !== undefined) startSnapshots(kept, config, shards, logger, stops);
  return shards;
}

function startAnalyser({ mine, score, cluster, analyse }: Config, stops: Stops): Analyser {
  const { threads, answerTimeoutMs: storeWaitMs } = analyse;
  const analyser = createAnalyser({ miner: mine, profile: score.profile, ...cluster, threads, storeWaitMs });
  stops.push(() => analyser.close());
  return analyser;
}

/** Records are some seconds old when they arrive: files are polled, batches wait to be full. */
const CLOCK_LAG_MS = 10_000;

function startClock(
  logger: Logger,
  { shards, alerts, activity }: { shards: ShardSet; alerts: AlertPath; activity: AppActivity },
  stops: Stops,
): void {
  const clock = new Clock({
    intervalMs: TICK_MS,
    lagMs: CLOCK_LAG_MS,
    nowMs,
    tick: (now) => shards.tick(now),
    onAnomalies: (batch) => alerts.take(batch),
    async onTick(now, courses) {
      await alerts.advance(now, courses);
      await activity.sample();
    },
    onFailure: (error) => logger.error({ err: error }, 'the services could not be told the time'),
  });
  clock.start();
  stops.push(() => clock.stop());
}

async function startWatch(
  { listen }: Config,
  { callers, certificate }: Security,
  engine: LiveEngine,
  stops: Stops,
): Promise<WatchServer> {
  const watch = await startWatchServer({
    host: listen.host,
    port: listen.watchPort,
    anomalies: engine.anomalies,
    incidents: engine.incidents,
    secrets: callers,
    tls: certificate,
  });
  stops.push((graceMs) => watch.stop(graceMs));
  return watch;
}

async function startServing(
  { listen, security: { corsAllowedOrigins, rateLimits } }: Config,
  { callers, certificate }: Security,
  parts: Pick<RestOptions, 'engine' | 'metrics' | 'logger' | 'version' | 'onPipelineOver'>,
  stops: Stops,
): Promise<RestServer> {
  const rest = await startRest({
    ...parts,
    host: listen.host,
    port: listen.restPort,
    secrets: callers,
    corsAllowedOrigins,
    rateLimits,
    tls: certificate,
  });
  stops.push((graceMs) => rest.stop(graceMs));
  return rest;
}

function nowMs(): number {
  return Date.now();
}

function productVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
