/**
 * Spellings of the four fields in structured logs, the most telling first; the first that holds something usable wins.
 * From: OpenTelemetry, Datadog, ECS, pino, bunyan, winston, zap, slog, logrus, logback, log4j2, Serilog, Python's
 * logging and structlog, docker's json-file, Fluent Bit, systemd's journal, GELF, Google Cloud Logging.
 */
export const TIME_FIELDS = [
  'timestamp',
  '@timestamp',
  'time',
  'ts',
  'datetime',
  '@t',
  'timeUnixNano',
  'time_unix_nano',
  'date',
  'eventTime',
  'event_time',
  'asctime',
  'timeMillis',
  'observedTimestamp',
  'observedTimeUnixNano',
  'observed_time_unix_nano',
  '__REALTIME_TIMESTAMP',
  '_time',
] as const;

export const MESSAGE_FIELDS = [
  'message',
  'msg',
  'log',
  'event',
  'MESSAGE',
  'body',
  '@m',
  '@mt',
  'text',
  'content',
  'short_message',
  'textPayload',
  'line',
] as const;

export const LEVEL_FIELDS = [
  'level',
  'severity',
  'severityText',
  'severity_text',
  'lvl',
  'loglevel',
  'log_level',
  'logLevel',
  'log.level',
  'levelname',
  '@l',
  'status',
  'PRIORITY',
  'priority',
] as const;

/** OpenTelemetry's 1 to 24, read only where none of the above says anything. */
export const SEVERITY_NUMBER_FIELDS = ['severityNumber', 'severity_number'] as const;

export const SERVICE_FIELDS = [
  'service',
  'service.name',
  'service_name',
  'serviceName',
  'dd.service',
  'app',
  'application',
  'app_name',
  'appname',
] as const;

/** They name the program too, but give way to a service that the user has named. */
export const SERVICE_HINT_FIELDS = [
  'SYSLOG_IDENTIFIER',
  'program',
  'syslog.appname',
  'container_name',
  'name',
  '_SYSTEMD_UNIT',
] as const;

/** Objects whose fields count as the record's own, after these. */
export const CONTAINER_FIELDS = ['attributes', 'fields', 'resource', 'kubernetes', 'jsonPayload', 'instant'] as const;

/** All spellings of time, message, level, service, service's weak hints, severity number and nested records, in this order. */
export const SPELLINGS_BY_KIND: readonly (readonly string[])[] = [
  TIME_FIELDS,
  MESSAGE_FIELDS,
  LEVEL_FIELDS,
  SERVICE_FIELDS,
  SERVICE_HINT_FIELDS,
  SEVERITY_NUMBER_FIELDS,
  // log4j2 writes its time in two fields of an object.
  [...CONTAINER_FIELDS, 'epochSecond', 'nanoOfSecond'],
];
