import { bitsOf } from '../domain/anomaly.ts';
import type { DetectorProfile, MinerProfile } from '../domain/profile.ts';
import { isHostEntry } from '../sources/http/host-entry.ts';
import type { TlsFiles } from '../security/tls-material.ts';
import type { SecretFiles } from './secret-files.ts';
import type { SettingName, Settings } from './settings.ts';
import type { SourceValues } from './source-settings.ts';

/** All settings as the code reads them: checked, in its own units, grouped by who needs them. */
export interface Config {
  listen: {
    /** Never `localhost`. */
    host: string;
    restPort: number;
    otlpGrpcPort: number;
    otlpHttpPort: number;
    watchPort: number;
    otlpHttpPath: string;
  };
  receive: {
    requestBytesMax: number;
    inFlightBytesMax: number;
    streamsMax: number;
    connectionsMax: number;
    receiveTimeoutMs: number;
    /** Resource attributes to try for the service, in order. */
    serviceAttributes: string[];
  };
  security: {
    signingSecret: string | undefined;
    bearerTokens: string[];
    /** Ports that others reach may be open to all of them. */
    insecureBind: boolean;
    tls: TlsFiles | undefined;
    corsAllowedOrigins: string[];
    /** Calls a minute that an address may make over REST. */
    rateLimits: { calls: number; costlyCalls: number; wrongSecrets: number };
    /** Folder that files named by request have to be in. */
    fileRoot: string | undefined;
  };
  mine: { profile: MinerProfile; simTh: number; maxTemplates: number };
  /** Records that bring their template along keep it. */
  keepsTemplates: boolean;
  /** `alertReasons`: bits of `REASON_BIT`; absent: the profile's own. */
  score: { profile: DetectorProfile; hstThreshold: number; alertReasons?: number };
  cluster: { contamination: number };
  live: {
    shards: number;
    servicesMax: number;
    bufferBytesMax: number;
    bufferAgeMsMax: number;
    retrainIntervalSeconds: number;
    anomalyLogMax: number;
    incidentQuietMs: number;
    metricsServicesMax: number;
    shutdownGraceMs: number;
  };
  /** What survives a restart; undefined: nothing does. */
  store: { folder: string; bytesMax: number; snapshotIntervalMs: number } | undefined;
  analyse: { threads: number; maxRows: number; defaultLookbackHours: number; answerTimeoutMs: number };
  /** Hosts that a request may, and may not, name as the address of a store. */
  sourceHosts: { allowed: string[]; denied: string[] };
  /** The alerts file, and the variables that it may refer to: a function, so that no copy of the configuration holds them. */
  alerts: { file: string | undefined; variable(name: string): string | undefined };
  logLevel: Settings['LOG_LEVEL'];
  /** Files that secrets were read from. */
  secretFiles: SecretFiles;
  /** What the environment sets of each source, by source and key. */
  sources: ReadonlyMap<string, SourceValues>;
  /** Sentences for the log: nothing that stops the start. */
  warnings: string[];
}

/** `cores`: of this machine, for the settings whose default depends on them. */
export function buildConfig(
  settings: Settings,
  cores: number,
  sources: Config['sources'],
  warnings: string[],
  variable: Config['alerts']['variable'],
): Omit<Config, 'secretFiles'> {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile, TLS_CLIENT_CA_FILE: clientCaFile } = settings;
  const { TLS_API_CLIENT_CA_FILE: apiClientCaFile } = settings;
  return {
    listen: {
      // The name may stand for two addresses, of which ports would choose each in its own way.
      host: settings.HOST.toLowerCase() === 'localhost' ? '127.0.0.1' : settings.HOST,
      restPort: settings.REST_PORT,
      otlpGrpcPort: settings.OTLP_GRPC_PORT,
      otlpHttpPort: settings.OTLP_HTTP_PORT,
      watchPort: settings.WATCH_PORT,
      otlpHttpPath: settings.OTLP_HTTP_PATH,
    },
    receive: {
      requestBytesMax: settings.OTLP_MAX_REQUEST_BYTES,
      inFlightBytesMax: settings.OTLP_IN_FLIGHT_MAX_BYTES,
      streamsMax: settings.OTLP_MAX_STREAMS,
      connectionsMax: settings.OTLP_MAX_CONNECTIONS,
      receiveTimeoutMs: settings.OTLP_RECEIVE_TIMEOUT_SECONDS * 1000,
      serviceAttributes: settings.SERVICE_ATTRIBUTES,
    },
    security: {
      signingSecret: settings.SIGNING_SECRET,
      bearerTokens: settings.OTLP_BEARER_TOKENS,
      insecureBind: settings.INSECURE_BIND,
      tls:
        certFile === undefined || keyFile === undefined
          ? undefined
          : { certFile, keyFile, clientCaFile, apiClientCaFile },
      corsAllowedOrigins: settings.CORS_ALLOWED_ORIGINS,
      rateLimits: {
        calls: settings.REST_CALLS_PER_MINUTE,
        costlyCalls: settings.REST_COSTLY_CALLS_PER_MINUTE,
        wrongSecrets: settings.REST_WRONG_SECRETS_PER_MINUTE,
      },
      fileRoot: settings.FILE_ROOT,
    },
    mine: { profile: settings.MINER_PROFILE, simTh: settings.DRAIN_SIM_TH, maxTemplates: settings.MAX_TEMPLATES },
    keepsTemplates: settings.KEEP_RECORD_TEMPLATE,
    score: {
      profile: settings.DETECTOR_PROFILE,
      hstThreshold: settings.HST_THRESHOLD,
      ...(settings.ALERT_REASONS === undefined ? {} : { alertReasons: bitsOf(settings.ALERT_REASONS) }),
    },
    cluster: { contamination: settings.ANOMALY_CONTAMINATION },
    live: {
      shards: settings.SHARDS ?? Math.max(1, cores - 1),
      servicesMax: settings.MAX_SERVICES,
      bufferBytesMax: settings.BUFFER_MAX_BYTES,
      bufferAgeMsMax: settings.BUFFER_MAX_AGE_SECONDS * 1000,
      retrainIntervalSeconds: settings.RETRAIN_INTERVAL_SECONDS,
      anomalyLogMax: settings.ANOMALY_LOG_MAX,
      incidentQuietMs: settings.INCIDENT_QUIET_SECONDS * 1000,
      metricsServicesMax: settings.METRICS_SERVICES_MAX,
      shutdownGraceMs: settings.SHUTDOWN_GRACE_SECONDS * 1000,
    },
    store:
      settings.DATA_DIR === undefined
        ? undefined
        : {
            folder: settings.DATA_DIR,
            bytesMax: settings.DATA_MAX_BYTES,
            snapshotIntervalMs: settings.SNAPSHOT_INTERVAL_SECONDS * 1000,
          },
    analyse: {
      threads: settings.ANALYSIS_THREADS,
      maxRows: settings.MAX_ROWS,
      defaultLookbackHours: settings.DEFAULT_LOOKBACK_HOURS,
      answerTimeoutMs: settings.SOURCE_TIMEOUT_SECONDS * 1000,
    },
    sourceHosts: { allowed: settings.SOURCE_ALLOWED_HOSTS, denied: settings.SOURCE_DENIED_HOSTS },
    alerts: { file: settings.ALERTS_FILE, variable },
    logLevel: settings.LOG_LEVEL,
    sources,
    warnings,
  };
}

/** Problems that only show when settings are seen together. */
export function conflicts(settings: Settings): string[] {
  const found: string[] = [];
  if ((settings.TLS_CERT_FILE === undefined) !== (settings.TLS_KEY_FILE === undefined)) {
    const [set, missing] =
      settings.TLS_KEY_FILE === undefined ? ['TLS_CERT_FILE', 'TLS_KEY_FILE'] : ['TLS_KEY_FILE', 'TLS_CERT_FILE'];
    found.push(`${set} is set without ${missing}; allowed: both, or neither`);
  } else if (settings.TLS_CLIENT_CA_FILE !== undefined && settings.TLS_CERT_FILE === undefined) {
    found.push('TLS_CLIENT_CA_FILE is set without TLS_CERT_FILE and TLS_KEY_FILE; allowed: all three, or not this one');
  } else if (settings.TLS_API_CLIENT_CA_FILE !== undefined && settings.TLS_CERT_FILE === undefined) {
    const allowed = 'all three, or not this one';
    found.push(`TLS_API_CLIENT_CA_FILE is set without TLS_CERT_FILE and TLS_KEY_FILE; allowed: ${allowed}`);
  }
  if (settings.OTLP_IN_FLIGHT_MAX_BYTES < settings.OTLP_MAX_REQUEST_BYTES) {
    found.push(
      `OTLP_IN_FLIGHT_MAX_BYTES is ${settings.OTLP_IN_FLIGHT_MAX_BYTES}; allowed: at least ` +
        `OTLP_MAX_REQUEST_BYTES, which is ${settings.OTLP_MAX_REQUEST_BYTES}, or no such request could ever be taken`,
    );
  }
  return [...found, ...hostProblems(settings), ...portConflicts(settings)];
}

function hostProblems(settings: Settings): string[] {
  const names = ['SOURCE_ALLOWED_HOSTS', 'SOURCE_DENIED_HOSTS'] as const satisfies readonly SettingName[];
  return names.flatMap((name) =>
    settings[name]
      .filter((entry) => !isHostEntry(entry))
      .map((entry) => `${name} has ${JSON.stringify(entry)}; allowed: names, *.names, addresses and networks`),
  );
}

function portConflicts(settings: Settings): string[] {
  const names = [
    'REST_PORT',
    'OTLP_GRPC_PORT',
    'OTLP_HTTP_PORT',
    'WATCH_PORT',
  ] as const satisfies readonly SettingName[];
  return names.flatMap((name, i) =>
    names
      .slice(i + 1)
      .filter((other) => settings[name] !== 0 && settings[name] === settings[other])
      .map((other) => `${name} and ${other} are both ${settings[name]}; allowed: a port each`),
  );
}
