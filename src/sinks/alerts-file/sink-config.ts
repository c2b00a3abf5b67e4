import type { SinkType } from '../sink.ts';
import { parseTemplate } from '../text-template.ts';
import type { TextTemplate } from '../text-template.ts';
import type { SinkConfig, ToolConfig } from './alerts-config.ts';
import type { SinkEntry } from './alerts-schema.ts';
import type { YamlPath } from './located-yaml.ts';
import type { ValueResolver } from './resolve-values.ts';

const MIB = 1024 * 1024;
const TIMEOUT_SECONDS = 10;
const GIVE_UP_SECONDS = 6 * 3600;
const UPDATE_INTERVAL_SECONDS = 60;
const REFRESH_SECONDS = 60;
const QUEUE_MAX = 2000;
/** Single anomalies are many, and small. */
const OTLP_QUEUE_MAX = 10_000;
const QUEUE_BYTES_MAX = 32 * MIB;
const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue';
const PAGERDUTY_KEY_CHARS = 32;
/** Bytes of a secret, as Standard Webhooks has it. */
const SIGNING_KEY_BYTES = { min: 24, max: 64 };

/** Calls a minute: what the vendors of the first ones stand, and what no receiver of the others should mind. */
const PER_MINUTE: Readonly<Record<SinkType, number>> = {
  slack: 60,
  teams: 60,
  pagerduty: 60,
  webhook: 600,
  alertmanager: 600,
  otlp: 600,
};

const DEFAULT_TITLE = '{{services}}: {{reasons}}';
const DEFAULT_TEXT = '{{anomalies}} in {{services}} since {{first_seen}}, worst level {{level}}, score {{score}}';
/** For tools whose messages have no place of their own for sample lines. */
const DEFAULT_TEXT_WITH_SAMPLE = `${DEFAULT_TEXT}: {{sample}}`;
const SHOWS_SAMPLES: ReadonlySet<SinkType> = new Set(['slack', 'teams', 'pagerduty']);

/** A sink as code reads it; undefined with a problem, which the resolver keeps. */
export function buildSink(name: string, entry: SinkEntry, resolver: ValueResolver): SinkConfig | undefined {
  const under = ['sinks', name];
  const title = template(entry.title ?? DEFAULT_TITLE, [...under, 'title'], resolver);
  const usualText = SHOWS_SAMPLES.has(entry.type) ? DEFAULT_TEXT : DEFAULT_TEXT_WITH_SAMPLE;
  const text = template(entry.text ?? usualText, [...under, 'text'], resolver);
  const tool = buildTool(entry, under, resolver);
  if (title === undefined || text === undefined || tool === undefined) return undefined;
  return {
    name,
    title,
    text,
    runbook: entry.runbook,
    timeoutMs: (entry.timeout_seconds ?? TIMEOUT_SECONDS) * 1000,
    giveUpMs: (entry.give_up_after_seconds ?? GIVE_UP_SECONDS) * 1000,
    updateIntervalMs: (entry.update_interval_seconds ?? UPDATE_INTERVAL_SECONDS) * 1000,
    perMinute: entry.rate_limit_per_minute ?? PER_MINUTE[entry.type],
    queue: {
      entriesMax: entry.queue_max ?? (entry.type === 'otlp' ? OTLP_QUEUE_MAX : QUEUE_MAX),
      bytesMax: entry.queue_max_bytes ?? QUEUE_BYTES_MAX,
    },
    tool,
  };
}

function template(text: string, path: YamlPath, resolver: ValueResolver): TextTemplate | undefined {
  const parsed = parseTemplate(text);
  return 'problem' in parsed ? resolver.problem(path, parsed.problem) : parsed.template;
}

function buildTool(entry: SinkEntry, under: YamlPath, resolver: ValueResolver): ToolConfig | undefined {
  switch (entry.type) {
    case 'alertmanager': {
      const url = address(entry, under, resolver);
      if (url === undefined) return undefined;
      const { labels = {}, refresh_seconds: refresh = REFRESH_SECONDS } = entry;
      const headers = resolver.headers(entry, under);
      return { type: 'alertmanager', url: withPath(url, '/api/v2/alerts'), headers, labels, refreshMs: refresh * 1000 };
    }
    case 'webhook': {
      const url = address(entry, under, resolver);
      const secret = signingSecret(entry, under, resolver);
      if (url === undefined) return undefined;
      const headers = resolver.headers(entry, under);
      return { type: 'webhook', url, headers, secret, format: entry.format ?? 'standard' };
    }
    case 'slack':
    case 'teams': {
      const url = address(entry, under, resolver);
      return url === undefined ? undefined : { type: entry.type, url };
    }
    case 'pagerduty': {
      const isDefault = entry.url === undefined && entry.url_file === undefined;
      const url = isDefault ? new URL(PAGERDUTY_URL) : address(entry, under, resolver);
      const routingKey = pagerDutyKey(entry, under, resolver);
      return url === undefined || routingKey === undefined ? undefined : { type: 'pagerduty', url, routingKey };
    }
    case 'otlp': {
      const { protocol = 'grpc' } = entry;
      const written = resolver.expand(entry.endpoint, [...under, 'endpoint']);
      if (written === undefined) return undefined;
      const url = urlOf(
        /^[a-z]+:\/\//i.test(written) ? written : `http://${written}`,
        [...under, 'endpoint'],
        resolver,
      );
      if (url === undefined) return undefined;
      const headers = resolver.headers(entry, under);
      return { type: 'otlp', url: protocol === 'http' ? withPath(url, '/v1/logs') : url, headers, protocol };
    }
  }
}

function address(
  entry: { url?: string | undefined; url_file?: string | undefined },
  under: YamlPath,
  resolver: ValueResolver,
): URL | undefined {
  if (entry.url === undefined && entry.url_file === undefined)
    return resolver.problem([...under, 'url'], 'must be set, or url_file');
  const text = resolver.value(entry, 'url', under);
  const key = entry.url === undefined ? 'url_file' : 'url';
  return text === undefined ? undefined : urlOf(text, [...under, key], resolver);
}

function urlOf(text: string, path: YamlPath, resolver: ValueResolver): URL | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '')
    return resolver.problem(path, 'must be an address that begins with http:// or https://');
  if (url.username !== '' || url.password !== '')
    return resolver.problem(path, 'must not carry a user and a password: use headers for them');
  return url;
}

/** The usual path where the address names none. */
function withPath(url: URL, path: string): URL {
  const known = url.pathname.replace(/\/+$/, '');
  if (known.endsWith(path)) return url;
  const full = new URL(url);
  full.pathname = path === '/v1/logs' && known !== '' ? known : known + path;
  return full;
}

function signingSecret(
  entry: { secret?: string | undefined; secret_file?: string | undefined },
  under: YamlPath,
  resolver: ValueResolver,
): string | undefined {
  const secret = resolver.value(entry, 'secret', under);
  if (secret === undefined) return undefined;
  const base64 = secret.replace(/^whsec_/, '');
  const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, 'base64').length : 0;
  if (bytes >= SIGNING_KEY_BYTES.min && bytes <= SIGNING_KEY_BYTES.max) return secret;
  const { min, max } = SIGNING_KEY_BYTES;
  const key = entry.secret === undefined ? 'secret_file' : 'secret';
  return resolver.problem([...under, key], `must be whsec_ and ${min} to ${max} bytes in base64`);
}

function pagerDutyKey(
  entry: { routing_key?: string | undefined; routing_key_file?: string | undefined },
  under: YamlPath,
  resolver: ValueResolver,
): string | undefined {
  if (entry.routing_key === undefined && entry.routing_key_file === undefined)
    return resolver.problem([...under, 'routing_key'], 'must be set, or routing_key_file');
  const key = resolver.value(entry, 'routing_key', under);
  if (key === undefined) return undefined;
  resolver.secrets.add(key);
  if (key.length === PAGERDUTY_KEY_CHARS && /^[A-Za-z0-9]+$/.test(key)) return key;
  const name = entry.routing_key === undefined ? 'routing_key_file' : 'routing_key';
  return resolver.problem([...under, name], `must be an integration key: ${PAGERDUTY_KEY_CHARS} letters and digits`);
}
