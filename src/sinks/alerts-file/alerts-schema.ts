import { Type } from 'typebox';
import type { Static, TProperties, TSchema } from 'typebox';
import { REASONS } from '../../domain/anomaly.ts';
import { ROUTED_EVENTS } from '../alert-event.ts';
import { SEVERITIES } from '../severity.ts';
import type { SinkType } from '../sink.ts';

const DAY_SECONDS = 86_400;
const SINKS_MAX = 100;
const ROUTES_MAX = 1000;

const strict = <Properties extends TProperties>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false });
const text = (description: string) => Type.String({ minLength: 1, maxLength: 4096, description });
const file = (what: string) => Type.Optional(text(`A file that holds ${what}, instead of writing it here`));
const seconds = (minimum: number, maximum: number, description: string) =>
  Type.Optional(Type.Number({ minimum, maximum, description }));
const headers = Type.Optional(
  Type.Record(Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$" }), Type.String({ maxLength: 4096 }), {
    additionalProperties: false,
  }),
);
const template = Type.Optional(Type.String({ maxLength: 4096 }));

/** What every sink may set. */
const COMMON = {
  title: template,
  text: template,
  runbook: Type.Optional(Type.String({ pattern: '^https?://', maxLength: 2048 })),
  timeout_seconds: seconds(0.1, 300, 'One call to the tool'),
  give_up_after_seconds: seconds(1, 30 * DAY_SECONDS, 'Age at which an alert is given up'),
  update_interval_seconds: seconds(0, DAY_SECONDS, 'Time between two updates of one incident'),
  rate_limit_per_minute: Type.Optional(Type.Number({ minimum: 0.1, maximum: 100_000 })),
  queue_max: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
  queue_max_bytes: Type.Optional(Type.Integer({ minimum: 65_536, maximum: 2 ** 30 })),
};

/** Of these, each is written out or read from a file; which is checked beside the schema. */
const url = { url: Type.Optional(text('Address')), url_file: file('the address') };

export const SINK_SCHEMAS = {
  alertmanager: strict({
    type: Type.Literal('alertmanager'),
    ...url,
    headers,
    labels: Type.Optional(
      Type.Record(Type.String({ pattern: '^[a-zA-Z_][a-zA-Z0-9_]*$' }), Type.String({ maxLength: 1024 }), {
        additionalProperties: false,
      }),
    ),
    refresh_seconds: seconds(1, 3600, 'Time between two tellings of what is open'),
    ...COMMON,
  }),
  webhook: strict({
    type: Type.Literal('webhook'),
    ...url,
    secret: Type.Optional(text('Signing secret')),
    secret_file: file('the signing secret'),
    format: Type.Optional(Type.Enum(['standard', 'cloudevents'])),
    headers,
    ...COMMON,
  }),
  slack: strict({ type: Type.Literal('slack'), ...url, ...COMMON }),
  pagerduty: strict({
    type: Type.Literal('pagerduty'),
    routing_key: Type.Optional(text('Integration key')),
    routing_key_file: file('the integration key'),
    ...url,
    ...COMMON,
  }),
  teams: strict({ type: Type.Literal('teams'), ...url, ...COMMON }),
  otlp: strict({
    type: Type.Literal('otlp'),
    endpoint: text('http://host:4318 or http://host:4317'),
    protocol: Type.Optional(Type.Enum(['grpc', 'http'])),
    headers,
    ...COMMON,
  }),
} as const satisfies Record<SinkType, TSchema>;

export type SinkEntry = { [Name in SinkType]: Static<(typeof SINK_SCHEMAS)[Name]> }[SinkType];

const RouteSchema = strict({
  match: Type.Optional(
    strict({
      services: Type.Optional(Type.Array(text('Names; * and ? stand for any text and any character'), { minItems: 1 })),
      reasons: Type.Optional(Type.Array(Type.Enum([...REASONS]), { minItems: 1 })),
      min_severity: Type.Optional(Type.Enum([...SEVERITIES])),
      min_score: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
      events: Type.Optional(Type.Array(Type.Enum([...ROUTED_EVENTS]), { minItems: 1 })),
    }),
  ),
  sinks: Type.Array(text('Names of sinks'), { minItems: 1 }),
});

export type RouteEntry = Static<typeof RouteSchema>;

/** The file as a whole; each sink is checked by the schema of its type. */
export const AlertsFileSchema = strict({
  external_url: Type.Optional(Type.String({ pattern: '^https?://[^\\s]+$', maxLength: 2048 })),
  sinks: Type.Record(
    Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,62}$' }),
    Type.Object({ type: Type.Enum(Object.keys(SINK_SCHEMAS) as SinkType[]) }),
    { minProperties: 1, maxProperties: SINKS_MAX, additionalProperties: false },
  ),
  routes: Type.Optional(Type.Array(RouteSchema, { minItems: 1, maxItems: ROUTES_MAX })),
});

export interface AlertsFile {
  external_url?: string;
  sinks: Record<string, SinkEntry>;
  routes?: RouteEntry[];
}
