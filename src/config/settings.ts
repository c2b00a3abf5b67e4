import { DETECTED_REASONS } from '../domain/anomaly.ts';
import { DETECTOR_PROFILES, MINER_PROFILES } from '../domain/profile.ts';
import { boolean, integer, list, number, oneOf, optional, string } from './setting-schema.ts';
import type { SettingSchema, ValuesOf } from './setting-schema.ts';

const MIB = 1024 * 1024;
const DAY_SECONDS = 86_400;
/** A name, a name under `*.`, an address or a network; what an address is, is checked as it is read. */
const HOST_PATTERN = '^(\\*\\.)?[A-Za-z0-9_.:-]+(/\\d{1,3})?$';

const port = (value: number, what: string) =>
  integer({ minimum: 0, maximum: 65_535, default: value, description: `Port of ${what}; 0 takes a free one` });
const bytes = (value: number, description: string, minimum = MIB, maximum = 2 ** 40) =>
  integer({ minimum, maximum, default: value, description });
const perMinute = (value: number, description: string) =>
  integer({ minimum: 1, maximum: 1_000_000, default: value, description });
const hosts = (description: string) =>
  list(string({ pattern: HOST_PATTERN }), {
    default: [],
    description,
    allowed: 'names (logs.example.com, *.example.com), addresses and networks (10.0.0.0/8), separated by commas',
  });
const text = (description: string) => optional(string({ minLength: 1, maxLength: 4096, description }));

/**
 * Every setting of the service itself, by the name of its environment variable. What an array holds is written with
 * commas between. Credentials of sources stand in source-settings.ts.
 */
const SETTINGS = {
  HOST: string({
    minLength: 1,
    maxLength: 253,
    default: '127.0.0.1',
    description: 'Address that every port listens on; localhost is 127.0.0.1',
  }),
  INSECURE_BIND: boolean({
    default: false,
    description:
      'Starts on a HOST that others reach even where a port asks nobody for a secret, a token or a certificate, and warns of it',
  }),
  REST_PORT: port(9020, 'the REST API'),
  OTLP_GRPC_PORT: port(4317, 'OTLP/gRPC'),
  OTLP_HTTP_PORT: port(4318, 'OTLP/HTTP'),
  WATCH_PORT: port(9021, 'the gRPC service that streams anomalies and incidents'),
  OTLP_HTTP_PATH: string({
    pattern: '^/[A-Za-z0-9/_.~-]*$',
    default: '/v1/logs',
    description: 'Path that OTLP/HTTP takes logs on',
    allowed: '"/" and then letters, digits and / _ . ~ -',
  }),
  // Offsets into a request are 32-bit.
  OTLP_MAX_REQUEST_BYTES: bytes(64 * MIB, 'Largest export request, before and after decompression', 1024, 2 ** 30),
  OTLP_IN_FLIGHT_MAX_BYTES: bytes(128 * MIB, 'Bytes of requests held at once over all connections', 1024),
  OTLP_MAX_STREAMS: integer({
    minimum: 1,
    maximum: 100_000,
    default: 100,
    description: 'gRPC calls at once on a connection',
  }),
  OTLP_MAX_CONNECTIONS: integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 10_000,
    description: 'Open connections on each OTLP port',
  }),
  OTLP_RECEIVE_TIMEOUT_SECONDS: number({
    minimum: 0.1,
    maximum: 3600,
    default: 30,
    description: "Time from a request's first byte to its last",
  }),
  OTLP_BEARER_TOKENS: list(string({ minLength: 1, pattern: '^[!-~]+$' }), {
    default: [],
    secret: true,
    description: 'Tokens that senders of OTLP may show',
    allowed: 'tokens of printable ASCII without spaces, separated by commas',
  }),
  SIGNING_SECRET: optional(
    string({
      minLength: 1,
      maxLength: 1024,
      pattern: '^[^\\x00-\\x1f\\x7f]*$',
      secret: true,
      description: 'Secret that every caller has to send',
      allowed: '1 to 1024 characters, none of them a control character',
    }),
  ),
  TLS_CERT_FILE: text('PEM file with the certificate, leaf first'),
  TLS_KEY_FILE: text('PEM file with the private key'),
  TLS_CLIENT_CA_FILE: text('PEM file with the CA that has to have signed the certificates of senders (mTLS)'),
  TLS_API_CLIENT_CA_FILE: text(
    'PEM file with the CA that has to have signed the certificates of callers of REST (all but /health and /ready) and Watch',
  ),
  CORS_ALLOWED_ORIGINS: list(string({ pattern: '^(\\*|https?://[^\\s/,*]*\\*?[^\\s/,*]+)$' }), {
    default: [],
    description: 'Web origins that may call REST and send OTLP/HTTP; CORS is off without',
    allowed:
      'origins such as https://logs.example.com or https://*.example.com (one * each), or * alone, separated by commas',
  }),
  REST_CALLS_PER_MINUTE: perMinute(6000, 'Calls a minute that one address may make over REST, but for costly ones'),
  REST_COSTLY_CALLS_PER_MINUTE: perMinute(
    120,
    'Calls a minute that one address may make of /clusters, its /train and /compare, /anomalies/detect, /feedback and tests of sinks',
  ),
  REST_WRONG_SECRETS_PER_MINUTE: perMinute(
    60,
    'Wrong secrets a minute that one address may show over REST; beyond them it is not let in with the right one either until the minute is over',
  ),
  SHARDS: optional(
    integer({
      minimum: 1,
      maximum: 256,
      description: 'Scoring threads; unset: one less than the cores, at least 1',
    }),
  ),
  SERVICE_ATTRIBUTES: list(string({ minLength: 1, maxLength: 256 }), {
    minItems: 1,
    maxItems: 16,
    default: ['service.name'],
    description: 'Resource attributes that name the service; the first that is there wins',
    allowed: '1 to 16 attribute names, separated by commas',
  }),
  MAX_SERVICES: integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 10_000,
    description: 'Services with a model of their own; further ones share one',
  }),
  MAX_TEMPLATES: integer({
    minimum: 1,
    maximum: 100_000,
    default: 2000,
    description: 'Templates kept a service; the least recently used makes room',
  }),
  KEEP_RECORD_TEMPLATE: boolean({
    default: false,
    description:
      'Live records keep the template in their attribute log.record.template; half of MAX_TEMPLATES is theirs',
  }),
  MINER_PROFILE: oneOf(MINER_PROFILES, {
    default: 'default',
    description: 'How lines become templates: our own way, or masks and Drain exactly as drain3 has them',
  }),
  DETECTOR_PROFILE: oneOf(DETECTOR_PROFILES, {
    default: 'default',
    description: 'How lines and templates are judged: our own way, or by the reference features and the raw score',
  }),
  DRAIN_SIM_TH: number({
    minimum: 0,
    maximum: 1,
    default: 0.4,
    description: "Drain's similarity threshold; of MINER_PROFILE=drain3 only",
  }),
  HST_THRESHOLD: number({
    minimum: 0,
    maximum: 1,
    default: 0.7,
    description: 'Half-Space-Trees score from which a line is anomalous',
  }),
  ALERT_REASONS: optional(
    list(oneOf(DETECTED_REASONS), {
      minItems: 1,
      description:
        'Reasons that raise an anomaly of their own, others are only told beside one; unset: those that the profile trusts',
      allowed: `one or more of ${DETECTED_REASONS.join(', ')}, separated by commas`,
    }),
  ),
  ANOMALY_CONTAMINATION: number({
    exclusiveMinimum: 0,
    maximum: 0.5,
    default: 0.1,
    description: 'Share of templates that a window may flag at most',
  }),
  BUFFER_MAX_BYTES: bytes(256 * MIB, 'Size of the rolling buffer over all services'),
  BUFFER_MAX_AGE_SECONDS: integer({
    minimum: 1,
    maximum: 30 * DAY_SECONDS,
    default: DAY_SECONDS,
    description: 'Age at which rows leave the rolling buffer',
  }),
  RETRAIN_INTERVAL_SECONDS: integer({
    minimum: 1,
    maximum: DAY_SECONDS,
    default: 300,
    description: 'Time between two retrainings',
  }),
  FILE_ROOT: text(
    'Folder that files named by a request have to be in; unset: any file but those of /proc and /sys, on loopback or with a secret',
  ),
  DEFAULT_LOOKBACK_HOURS: number({
    exclusiveMinimum: 0,
    maximum: 8760,
    default: 6,
    description: 'Length of a window when a call names none',
  }),
  MAX_ROWS: integer({
    minimum: 1,
    maximum: 10_000_000,
    default: 100_000,
    description:
      'Rows pulled at most from a store for one window; one that has more keeps the newest and says truncated',
  }),
  SOURCE_ALLOWED_HOSTS: hosts(
    "Hosts that a request may name as the address of a store; unset: any but those of machines' metadata",
  ),
  SOURCE_DENIED_HOSTS: hosts('Hosts that no request may name, whatever SOURCE_ALLOWED_HOSTS says'),
  SOURCE_TIMEOUT_SECONDS: number({
    minimum: 1,
    maximum: 3600,
    default: 120,
    description:
      'Time in which a store has to begin an answer, and to go on with it, before it is asked once more; as long as this, windows wait for others of their store',
  }),
  ANALYSIS_THREADS: integer({
    minimum: 1,
    maximum: 64,
    default: 1,
    description:
      'Threads that analyse windows of the buffer and of files, and as many more for each store that is asked',
  }),
  DATA_DIR: text('Folder in which models, alerts and feedback survive a restart; unset: memory only'),
  DATA_MAX_BYTES: bytes(4096 * MIB, 'Room that the files in DATA_DIR may take', 16 * MIB),
  SNAPSHOT_INTERVAL_SECONDS: integer({
    minimum: 1,
    maximum: 3600,
    default: 60,
    description: 'Time after which the model of a service that goes on learning is written to DATA_DIR again',
  }),
  ANOMALY_LOG_MAX: integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 10_000,
    description: 'Latest anomalies kept for /anomalies and its stream',
  }),
  METRICS_SERVICES_MAX: integer({
    minimum: 0,
    maximum: 1000,
    default: 50,
    description: 'Services that /metrics counts by name, the busiest; all others are counted together',
  }),
  INCIDENT_QUIET_SECONDS: integer({
    minimum: 1,
    maximum: DAY_SECONDS,
    default: 300,
    description:
      'Time after which an incident is resolved in which nothing of it was found: no anomaly, nor that it goes on',
  }),
  ALERTS_FILE: text('YAML file that says where alerts go (docs/alerts.md); unset: nowhere'),
  SHUTDOWN_GRACE_SECONDS: number({
    minimum: 0,
    maximum: 600,
    default: 10,
    description: 'Time that requests in flight have to finish on shutdown',
  }),
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
    description: "Least severe of the service's own log lines that are written",
  }),
};

export type Settings = ValuesOf<typeof SETTINGS>;
export type SettingName = keyof Settings;

export function settingEntries(): [SettingName, SettingSchema][] {
  return Object.entries(SETTINGS) as [SettingName, SettingSchema][];
}
