import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { settingEntries } from '../../src/config/settings.ts';

function problemsOf(env: Record<string, string>, envFileText?: string): readonly string[] {
  try {
    loadConfig(env, envFileText, 4);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('defaults', () => {
  test('an empty environment gives the documented defaults', () => {
    const config = loadConfig({}, undefined, 4);
    expect(config.listen).toEqual({
      host: '127.0.0.1',
      restPort: 9020,
      otlpGrpcPort: 4317,
      otlpHttpPort: 4318,
      otlpHttpPath: '/v1/logs',
      watchPort: 9021,
    });
    expect(config.receive.requestBytesMax).toBe(67_108_864);
    expect(config.receive.inFlightBytesMax).toBe(134_217_728);
    expect(config.receive.receiveTimeoutMs).toBe(30_000);
    expect(config.receive.serviceAttributes).toEqual(['service.name']);
    expect(config.mine).toEqual({ profile: 'default', simTh: 0.4, maxTemplates: 2000 });
    expect(config.score).toEqual({ profile: 'default', hstThreshold: 0.7 });
    expect(config.cluster.contamination).toBe(0.1);
    expect(config.live.bufferBytesMax).toBe(268_435_456);
    expect(config.analyse).toMatchObject({ threads: 1, maxRows: 100_000, defaultLookbackHours: 6 });
    expect(config.security).toEqual({
      signingSecret: undefined,
      bearerTokens: [],
      insecureBind: false,
      rateLimits: { calls: 6000, costlyCalls: 120, wrongSecrets: 60 },
      tls: undefined,
      corsAllowedOrigins: [],
    });
    expect(config.logLevel).toBe('info');
    expect(config.warnings).toEqual([]);
  });

  test.each([
    [1, 1],
    [2, 1],
    [16, 15],
  ])('%i cores give %i shards', (cores, shards) => {
    expect(loadConfig({}, undefined, cores).live.shards).toBe(shards);
  });

  test('changing a list of one configuration does not change the next', () => {
    loadConfig({}, undefined, 4).receive.serviceAttributes.push('host.name');
    expect(loadConfig({}, undefined, 4).receive.serviceAttributes).toEqual(['service.name']);
  });

  test.each(settingEntries())('%s has a description, and its default is one that it would take', (name, schema) => {
    expect(schema.description).toMatch(/^\S.{8,}/);
    const { default: value } = schema;
    const text = [value ?? []].flat().map(String).join(',');
    expect(problemsOf({ [name]: text })).toEqual([]);
  });
});

describe('where values come from', () => {
  test('the environment wins over the file, and the file over the default', () => {
    const config = loadConfig({ MAX_ROWS: '10' }, 'MAX_ROWS=20\nMAX_TEMPLATES=30', 4);
    expect(config.analyse.maxRows).toBe(10);
    expect(config.mine.maxTemplates).toBe(30);
  });

  test('an empty variable counts as not set', () => {
    expect(loadConfig({ MAX_ROWS: '', SIGNING_SECRET: '  ' }, undefined, 4).analyse.maxRows).toBe(100_000);
  });

  test('a file with a byte order mark, quotes, comments and CRLF is read', () => {
    const text = '\uFEFFMAX_ROWS=7\r\n# a comment\r\nFILE_PATH="/var/log/a b.log"\r\n';
    const config = loadConfig({}, text, 4);
    expect(config.analyse.maxRows).toBe(7);
    expect(config.sources.get('file')).toEqual(new Map([['path', '/var/log/a b.log']]));
  });

  test('lists are split at commas', () => {
    const config = loadConfig({ OTLP_BEARER_TOKENS: 'one, two,', SERVICE_ATTRIBUTES: 'a,b' }, undefined, 4);
    expect(config.security.bearerTokens).toEqual(['one', 'two']);
    expect(config.receive.serviceAttributes).toEqual(['a', 'b']);
  });

  test('the level of our own log may be written in capitals', () => {
    expect(loadConfig({ LOG_LEVEL: 'WARN' }, undefined, 4).logLevel).toBe('warn');
  });
});

describe('values that are not allowed', () => {
  test.each([
    ['HST_THRESHOLD', '1.5', 'HST_THRESHOLD is "1.5"; allowed: a number from 0 to 1'],
    ['HST_THRESHOLD', 'NaN', 'HST_THRESHOLD is "NaN"; allowed: a number from 0 to 1'],
    ['HST_THRESHOLD', '0,7', 'HST_THRESHOLD is "0,7"; allowed: a number from 0 to 1'],
    ['REST_PORT', '0x10', 'REST_PORT is "0x10"; allowed: a whole number from 0 to 65535'],
    ['REST_PORT', '1.5', 'REST_PORT is "1.5"; allowed: a whole number from 0 to 65535'],
    ['REST_PORT', '65536', 'REST_PORT is "65536"; allowed: a whole number from 0 to 65535'],
    ['ANOMALY_CONTAMINATION', '0', 'ANOMALY_CONTAMINATION is "0"; allowed: a number above 0, up to 0.5'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL is "loud"; allowed: trace, debug, info, warn, error, fatal, silent'],
    ['FILE_FORMAT', 'xml', 'FILE_FORMAT is "xml"; allowed: auto, json, csv, text'],
    ['OTLP_HTTP_PATH', 'logs', 'OTLP_HTTP_PATH is "logs"; allowed: "/" and then letters, digits and / _ . ~ -'],
    ['OTLP_HTTP_PATH', '/:a', 'OTLP_HTTP_PATH is "/:a"; allowed: "/" and then letters, digits and / _ . ~ -'],
    [
      'ALERT_REASONS',
      'new_template, loud',
      'ALERT_REASONS is "new_template, loud"; allowed: one or more of anomaly_score, new_template, error_burst, ' +
        'rate_spike, rate_drop, severity_shift, parameter_outlier, separated by commas',
    ],
    ['SERVICE_ATTRIBUTES', ',', 'SERVICE_ATTRIBUTES is ","; allowed: 1 to 16 attribute names, separated by commas'],
    [
      'CORS_ALLOWED_ORIGINS',
      'example.com',
      'CORS_ALLOWED_ORIGINS is "example.com"; allowed: origins such as https://logs.example.com or https://*.example.com (one * each), or * alone, separated by commas',
    ],
    [
      'CORS_ALLOWED_ORIGINS',
      'https://a*b*c',
      'CORS_ALLOWED_ORIGINS is "https://a*b*c"; allowed: origins such as https://logs.example.com or https://*.example.com (one * each), or * alone, separated by commas',
    ],
  ])('%s=%s', (name, value, problem) => {
    expect(problemsOf({ [name]: value })).toEqual([problem]);
  });

  test('a value is quoted, so that it cannot draw on the terminal, and cut', () => {
    const [problem] = problemsOf({ REST_PORT: `\u001b[31m${'9'.repeat(500)}` });
    expect(problem).toContain('\\u001b[31m');
    expect(problem?.length).toBeLessThan(200);
  });

  test('the value of a secret is never named', () => {
    const secret = 'canary\u0007canary';
    const problems = problemsOf({ SIGNING_SECRET: secret, OTLP_BEARER_TOKENS: 'canary canary' });
    expect(problems).toEqual([
      'OTLP_BEARER_TOKENS has a value that is not allowed; allowed: tokens of printable ASCII without spaces, separated by commas',
      'SIGNING_SECRET has a value that is not allowed; allowed: 1 to 1024 characters, none of them a control character',
    ]);
  });

  test('several problems are all listed', () => {
    expect(() => loadConfig({ REST_PORT: 'a', MAX_ROWS: '0' }, undefined, 4)).toThrow(
      /^2 settings are wrong:\n {2}REST_PORT is "a".*\n {2}MAX_ROWS is "0".*$/,
    );
  });

  test.each([
    [{ TLS_CERT_FILE: 'c' }, 'TLS_CERT_FILE is set without TLS_KEY_FILE; allowed: both, or neither'],
    [{ TLS_KEY_FILE: 'k' }, 'TLS_KEY_FILE is set without TLS_CERT_FILE; allowed: both, or neither'],
    [
      { TLS_CLIENT_CA_FILE: 'a' },
      'TLS_CLIENT_CA_FILE is set without TLS_CERT_FILE and TLS_KEY_FILE; allowed: all three, or not this one',
    ],
    [{ REST_PORT: '4317' }, 'REST_PORT and OTLP_GRPC_PORT are both 4317; allowed: a port each'],
    [
      { OTLP_IN_FLIGHT_MAX_BYTES: '2048' },
      'OTLP_IN_FLIGHT_MAX_BYTES is 2048; allowed: at least OTLP_MAX_REQUEST_BYTES, which is 67108864, or no such request could ever be taken',
    ],
  ])('settings that do not go together: %o', (env, problem) => {
    expect(problemsOf(env)).toEqual([problem]);
  });

  test('ports may all be 0, and certificate and key go together', () => {
    const ports = { REST_PORT: '0', OTLP_GRPC_PORT: '0', OTLP_HTTP_PORT: '0', WATCH_PORT: '0' };
    const config = loadConfig({ ...ports, TLS_CERT_FILE: 'c', TLS_KEY_FILE: 'k' }, undefined, 4);
    expect(config.security.tls).toEqual({ certFile: 'c', keyFile: 'k', clientCaFile: undefined });
  });

  test('a prototype-polluting name changes nothing', () => {
    loadConfig(
      JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, string>,
      '__proto__=1\nconstructor=2',
    );
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('warnings', () => {
  test('tell of a line of .env that sets nothing, by its number alone', () => {
    expect(loadConfig({}, 'REST_PORT=9020\nhalf-a-secret\n', 4).warnings).toEqual([
      'line 2 of .env is no setting (NAME=value) and was passed over',
    ]);
  });

  test.each([
    ['HST_TRESHOLD', 'HST_TRESHOLD is not a setting and has no effect; did you mean HST_THRESHOLD?'],
    ['LOGLEVEL', 'LOGLEVEL is not a setting and has no effect; did you mean LOG_LEVEL?'],
    ['SIGNING_SERCET', 'SIGNING_SERCET is not a setting and has no effect; did you mean SIGNING_SECRET?'],
    ['FILE_PAHT', 'FILE_PAHT is not a setting and has no effect; did you mean FILE_PATH?'],
  ])('%s', (name, warning) => {
    expect(loadConfig({ [name]: 'canary' }, undefined, 4).warnings).toEqual([warning]);
  });

  test('an unknown name with our prefix lists those that begin like it', () => {
    expect(loadConfig({ HST_TREES: '5' }, undefined, 4).warnings).toEqual([
      'HST_TREES is not a setting and has no effect; those that begin like it are HST_THRESHOLD',
    ]);
  });

  test.each(['PATH', 'HOME', 'PORT', 'HOSTNAME', 'SHLVL', 'AWS_REGION', 'DD_ENV', 'OTEL_SERVICE_NAME', 'NODE_ENV'])(
    '%s is not our business',
    (name) => {
      expect(loadConfig({ [name]: 'x' }, undefined, 4).warnings).toEqual([]);
    },
  );
});
