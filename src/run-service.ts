import { styleText } from 'node:util';
import type { Logger } from 'pino';
import { startApp } from './app/app.ts';
import type { App } from './app/app.ts';
import type { Reloaded } from './app/reload.ts';
import type { Config } from './config/config.ts';
import { isOpen, openPorts, refusalOfOpenPorts } from './config/is-open.ts';
import { SOURCE_SETTINGS } from './config/source-settings.ts';
import { printAnomalies } from './demo/anomaly-printer.ts';
import { startDemo } from './demo/otlp-sender.ts';
import { Reloads } from './reloads.ts';
import { TlsError } from './security/tls-material.ts';
import type { AlertsConfig } from './sinks/alerts-file/alerts-config.ts';
import { loadAlerts } from './sinks/alerts-file/load-alerts.ts';
import { DataFolderTaken } from './store/data-lock.ts';
import { createLogger } from './telemetry/logger.ts';

/** Listening there is listening on every address of the machine. */
const ANY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

/**
 * Starts the service and answers once it is ready; from then on signals end the process, or have `readConfig` called
 * again. With `demo` it also sends itself a stream of several services with an incident in it, and prints what it finds.
 */
export async function runService(readConfig: () => Config, demo: boolean): Promise<void> {
  const given = readConfig();
  const config = demo ? demoConfig(given) : given;
  const refusal = refusalOfOpenPorts(config);
  if (refusal !== undefined) return fail(EXIT_USAGE, refusal);
  const alerts = alertsOf(config);
  const secrets = new Set([...secretsOf(config), ...(alerts?.secrets ?? [])]);
  const logger = createLogger({ level: demo ? 'warn' : config.logLevel, secrets });
  const reloads = new Reloads({ read: () => readAll(readConfig, secrets), logger });
  // Before there is anything to reload: until it is heeded, the signal ends the process.
  if (!demo) process.on('SIGHUP', () => reloads.request());
  for (const warning of config.warnings) logger.warn(warning);
  process.on('uncaughtException', (error) => die(logger, error));
  process.on('unhandledRejection', (reason) => die(logger, reason));
  const app = await start(config, logger, alerts);
  const running = { stopDemo: async () => {} };
  // Before anybody hears that it is ready, who may end it at once.
  stopOnSignal(async () => {
    await running.stopDemo();
    await app.stop();
  }, logger);
  if (!demo) reloads.follow(app, config);
  warnWhenOpen(config, logger);
  if (!demo) warnOfFiles(config, logger);
  announce(app, config, logger, demo);
  if (demo) running.stopDemo = runDemo(app, config);
}

function alertsOf({ alerts: { file, variable } }: Config): AlertsConfig | undefined {
  return file === undefined ? undefined : loadAlerts({ file, variable });
}

/** Settings and the alerts file as they are now; their secrets are kept out of the log from now on. */
function readAll(readConfig: () => Config, secrets: Set<string>): Reloaded {
  const config = readConfig();
  const alerts = alertsOf(config);
  for (const secret of [...secretsOf(config), ...(alerts?.secrets ?? [])]) secrets.add(secret);
  return { config, alerts };
}

function demoConfig(config: Config): Config {
  if (config.security.tls !== undefined)
    return fail(EXIT_USAGE, 'the demo sends in plain text: leave TLS_CERT_FILE and TLS_KEY_FILE unset for it');
  // The incident's clusters should be there to look at soon after it has begun.
  return { ...config, live: { ...config.live, retrainIntervalSeconds: 30 } };
}

async function start(config: Config, logger: Logger, alerts: AlertsConfig | undefined): Promise<App> {
  try {
    return await startApp(config, logger, alerts);
  } catch (error) {
    const { code, port } = systemErrorUnder(error);
    if (error instanceof TlsError) return fail(EXIT_USAGE, error.message);
    if (error instanceof DataFolderTaken) return fail(EXIT_FAILURE, error.message);
    if (code === 'EADDRINUSE')
      return fail(EXIT_FAILURE, `port ${port} is taken: stop what listens there, or set ${portSetting(config, port)}`);
    if (code === 'EACCES') return fail(EXIT_FAILURE, `port ${port} may not be opened by this user: set one above 1023`);
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      return fail(EXIT_FAILURE, `HOST ${config.listen.host} is a name that no address is known for`);
    if (code === 'EADDRNOTAVAIL') return fail(EXIT_FAILURE, `HOST ${config.listen.host} is no address of this machine`);
    return die(logger, error);
  }
}

function portSetting({ listen }: Config, port: number | undefined): string {
  if (port === listen.restPort) return 'REST_PORT';
  if (port === listen.watchPort) return 'WATCH_PORT';
  return port === listen.otlpGrpcPort ? 'OTLP_GRPC_PORT' : 'OTLP_HTTP_PORT';
}

/** What the operating system said, where an error has that as its cause. */
function systemErrorUnder(error: unknown): { code?: string; port?: number } {
  for (let one = error; one instanceof Error; one = one.cause) if ('syscall' in one) return one as object;
  return {};
}

/** The logs of a whole system can be read over REST and Watch, and whoever may call REST may wipe the models too. */
function warnWhenOpen(config: Config, logger: Logger): void {
  const open = openPorts(config);
  if (open.length === 0) return;
  logger.warn(
    `INSECURE_BIND is true and HOST is ${config.listen.host}: whoever reaches ${open.join(', ')} needs no secret, ` +
      (open.includes('REST') ? 'can read every log line and have what was learnt forgotten' : 'can send any log line'),
  );
}

/** On loopback too: other users of the machine may read less than this one. */
function warnOfFiles(config: Config, logger: Logger): void {
  const { security } = config;
  // Where others reach REST, it reads no file that they name.
  const isAsked = security.signingSecret !== undefined || security.tls?.apiClientCaFile !== undefined;
  if (isAsked || security.fileRoot !== undefined || isOpen(config)) return;
  logger.warn(
    'every user of this machine may have REST read any file that Halfspace may read: set SIGNING_SECRET, or FILE_ROOT to the ' +
      'folder that files may be named in',
  );
}

function announce(app: App, config: Config, logger: Logger, demo: boolean): void {
  const shown = inUrl(config.listen.host);
  const addresses = {
    otlp_grpc: `${shown}:${app.ports.otlpGrpc}`,
    otlp_http: `${schemeOf(config)}://${shown}:${app.ports.otlpHttp}${config.listen.otlpHttpPath}`,
    rest: `${schemeOf(config)}://${shown}:${app.ports.rest}`,
    watch: `${shown}:${app.ports.watch}`,
  };
  if (!demo) {
    logger.info({ ...addresses, shards: config.live.shards }, 'ready');
    return;
  }
  console.log(`${styleText('bold', 'Halfspace is ready')}
  OTLP/gRPC  ${addresses.otlp_grpc}
  OTLP/HTTP  ${addresses.otlp_http}
  Dashboard  ${addresses.rest}
  REST       ${addresses.rest}  (API page: ${addresses.rest}/docs)
  Watch/gRPC ${addresses.watch}
`);
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function schemeOf(config: Config): string {
  return config.security.tls === undefined ? 'http' : 'https';
}

function runDemo(app: App, config: Config): () => Promise<void> {
  const { signingSecret, bearerTokens } = config.security;
  const secret = signingSecret ?? bearerTokens[0];
  const { host } = config.listen;
  const write = (line: string) => console.log(line);
  const stopPrinting = printAnomalies(app.anomalies, write);
  const sender = startDemo({
    host: ANY_ADDRESS.has(host) ? '127.0.0.1' : inUrl(host),
    grpcPort: app.ports.otlpGrpc,
    ...(secret === undefined ? {} : { headers: { 'x-signing-secret': secret } }),
    onStatus: (sentence) => write(styleText('dim', sentence)),
  });
  return async () => {
    stopPrinting();
    await sender.stop();
  };
}

function stopOnSignal(stop: () => Promise<void>, logger: Logger): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(EXIT_FAILURE);
    stopping = true;
    logger.info({ signal }, 'stopping');
    stop().then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => die(logger, error),
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

function secretsOf(config: Config): string[] {
  const { signingSecret, bearerTokens } = config.security;
  const ofSources = [...SOURCE_SETTINGS].flatMap(([source, settings]) =>
    settings.flatMap(({ key, secret }) => (secret === true ? (config.sources.get(source)?.get(key) ?? []) : [])),
  );
  return [...(signingSecret === undefined ? [] : [signingSecret]), ...bearerTokens, ...ofSources];
}

function die(logger: Logger, error: unknown): never {
  logger.fatal({ err: error }, 'unexpected error, ending');
  process.exit(EXIT_FAILURE);
}

function fail(code: number, sentence: string): never {
  console.error(sentence);
  process.exit(code);
}
