import { parseArgs, styleText } from 'node:util';
import type { Logger } from 'pino';
import { startApp } from './app.ts';
import type { App } from './app.ts';
import { ConfigError } from './config/config-error.ts';
import type { Config } from './config/config.ts';
import { isOpen } from './config/is-open.ts';
import { SOURCE_SETTINGS } from './config/source-settings.ts';
import { loadConfig } from './config/load-config.ts';
import { readDotEnv } from './config/read-dot-env.ts';
import { printAnomalies } from './demo/anomaly-printer.ts';
import { startDemo } from './demo/otlp-sender.ts';
import { TlsError } from './receive/tls.ts';
import { createLogger } from './telemetry/logger.ts';

const USAGE = `Usage: npm start -- [--demo] [--help]

Finds the log lines that do not belong. Takes logs over OTLP, serves REST on port 9020.

  --demo   also sends itself a stream of several services with an incident in it, and prints what it finds
  --help   shows this

Settings come from the environment and from a .env file; docs/configuration.md lists them.`;

/** Listening there is listening on every address of the machine. */
const ANY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

await main();

async function main(): Promise<void> {
  const demo = readArguments();
  const config = readConfig(demo);
  const logger = createLogger({ level: demo ? 'warn' : config.logLevel, secrets: secretsOf(config) });
  for (const warning of config.warnings) logger.warn(warning);
  process.on('uncaughtException', (error) => die(logger, error));
  process.on('unhandledRejection', (reason) => die(logger, reason));
  const app = await start(config, logger);
  warnWhenOpen(config, logger);
  announce(app, config, logger, demo);
  const stopDemo = demo ? runDemo(app, config) : async () => {};
  stopOnSignal(async () => {
    await stopDemo();
    await app.stop();
  }, logger);
}

function readArguments(): boolean {
  try {
    const { values } = parseArgs({ options: { demo: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
    if (values.help === true) {
      console.log(USAGE);
      process.exit(0);
    }
    return values.demo === true;
  } catch (error) {
    return fail(EXIT_USAGE, `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

function readConfig(demo: boolean): Config {
  try {
    const config = loadConfig(process.env, readDotEnv('.env'));
    if (demo && config.security.tls !== undefined)
      return fail(EXIT_USAGE, 'the demo sends in plain text: leave TLS_CERT_FILE and TLS_KEY_FILE unset for it');
    // The incident's clusters should be there to look at soon after it has begun.
    return demo ? { ...config, live: { ...config.live, retrainIntervalSeconds: 30 } } : config;
  } catch (error) {
    if (error instanceof ConfigError) return fail(EXIT_USAGE, error.message);
    throw error;
  }
}

async function start(config: Config, logger: Logger): Promise<App> {
  try {
    return await startApp(config, logger);
  } catch (error) {
    const { code, port } = systemErrorUnder(error);
    if (error instanceof TlsError) return fail(EXIT_USAGE, error.message);
    if (code === 'EADDRINUSE')
      return fail(EXIT_FAILURE, `port ${port} is taken: stop what listens there, or set ${portSetting(config, port)}`);
    if (code === 'EACCES') return fail(EXIT_FAILURE, `port ${port} may not be opened by this user: set one above 1023`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      return fail(EXIT_FAILURE, `HOST ${config.listen.host} is no address of this machine`);
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

/** The logs of a whole system can be read here, and whoever may call may wipe the models too. */
function warnWhenOpen(config: Config, logger: Logger): void {
  if (!isOpen(config)) return;
  logger.warn(
    `HOST is ${config.listen.host} and SIGNING_SECRET is not set: whoever reaches the REST port can read every log line`,
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
