import { Type } from 'typebox';
import type { TProperties, TSchema } from 'typebox';
import type { SettingSchema } from '../../src/config/setting-schema.ts';
import { settingEntries } from '../../src/config/settings.ts';
import { SOURCE_SETTINGS } from '../../src/config/source-settings.ts';

/** Settings that the chart decides itself: another value in `config` would part them from its ports and volumes. */
const DECIDED_BY_CHART: ReadonlySet<string> = new Set([
  'HOST',
  'INSECURE_BIND',
  'REST_PORT',
  'OTLP_GRPC_PORT',
  'OTLP_HTTP_PORT',
  'WATCH_PORT',
  'TLS_CERT_FILE',
  'TLS_KEY_FILE',
  'TLS_CLIENT_CA_FILE',
  'TLS_API_CLIENT_CA_FILE',
  'DATA_DIR',
  'ALERTS_FILE',
]);

const closed = (properties: TProperties, description: string) =>
  Type.Object(partial(properties), { additionalProperties: false, description });
const text = (description: string) => Type.String({ description });
const flag = (description: string) => Type.Boolean({ description });
const choice = (values: string[], description: string) => Type.Enum(values, { description });
const count = (minimum: number, description: string) => Type.Integer({ minimum, description });
const size = (description: string) =>
  Type.String({ pattern: '^[0-9]+(\\.[0-9]+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$', description });
const map = (description: string) => Type.Record(Type.String(), Type.String(), { description });
/** Parts that Kubernetes knows and checks itself. */
const anyObject = (description: string) => Type.Object({}, { description, additionalProperties: true });
const anyList = (description: string) => Type.Array(anyObject('As Kubernetes has it'), { description });
const peers = (description: string) =>
  Type.Array(anyObject('A peer'), { minItems: 1, description: `${description}; peers as a NetworkPolicy has them` });
const resources = () => anyObject('Requests and limits, as Kubernetes has them');
const image = (fallback: string) => ({
  repository: Type.String({ minLength: 1, description: 'Where the image is pulled from' }),
  tag: text(`Version of the image; ${fallback}`),
  digest: Type.String({ pattern: '^(sha256:[0-9a-f]{64})?$', description: 'Digest of the image; wins over the tag' }),
  pullPolicy: choice(['Always', 'IfNotPresent', 'Never'], 'When the image is pulled'),
});

/** Everything that the chart takes, as a JSON Schema that `helm` holds each install to. */
export function valuesSchema(): Record<string, unknown> {
  const schema = closed(
    {
      nameOverride: text('Name of the application in labels'),
      fullnameOverride: text('Name of the objects'),
      commonLabels: map('Labels of every object'),
      replicaCount: count(0, 'Replicas; more than one needs the gateway'),
      image: closed(
        { ...image('unset: the appVersion of the chart'), pullSecrets: anyList('Secrets to pull by') },
        'Halfspace',
      ),
      config: closed(configProperties(), 'Settings of the service, by the name of their environment variable'),
      existingSecret: text('Secret whose keys become environment variables: SIGNING_SECRET and other secrets'),
      secretFiles: Type.Array(Type.Enum(['SIGNING_SECRET', 'OTLP_BEARER_TOKENS']), {
        uniqueItems: true,
        description: 'Keys of existingSecret that are mounted as files, and followed when they change',
      }),
      allowUnauthenticated: flag('Neither secret nor network policy, and it is meant'),
      alerts: anyObject('Where alerts go: sinks and routes as docs/alerts.md has them; empty: nowhere'),
      tls: closed(
        {
          existingSecret: text('Secret of type kubernetes.io/tls, for every port'),
          clientCa: flag('Senders of logs have to show a certificate that ca.crt of the same Secret signed'),
          apiClientCa: flag('Callers of REST, but for probes, and of the gRPC streams have to show one likewise'),
        },
        'TLS',
      ),
      persistence: persistence(),
      scratchSizeLimit: size('Size of /tmp, where large windows are sorted'),
      resources: resources(),
      service: closed(
        {
          type: choice(['ClusterIP', 'NodePort', 'LoadBalancer'], 'Type of the Service'),
          annotations: map('Annotations of the Service'),
        },
        'The Service',
      ),
      gateway: gateway(),
      serviceAccount: closed(
        {
          create: flag('Whether the chart makes one'),
          name: text('Its name; unset: the full name of the release'),
          annotations: map('For identities of clouds that sources sign in by'),
        },
        'The account of the pods; its token is never mounted',
      ),
      networkPolicy: closed(
        {
          enabled: flag('Whether only the peers below reach the pods'),
          otlpFrom: peers('Who may send logs'),
          apiFrom: peers('Who may call REST, the dashboard, /metrics and the gRPC streams'),
          egress: anyList('Rules for what Halfspace may reach, beside DNS; empty: anything'),
        },
        'The NetworkPolicy',
      ),
      podDisruptionBudget: closed(
        { enabled: flag('Whether there is one'), maxUnavailable: count(1, 'Replicas that may be away at once') },
        'The PodDisruptionBudget',
      ),
      ingress: ingress(),
      httpRoute: closed(
        {
          enabled: flag('Whether there is one'),
          annotations: map('Its annotations'),
          parentRefs: anyList('Gateways, as an HTTPRoute names them'),
          hostnames: Type.Array(Type.String(), { description: 'Host names' }),
        },
        'An HTTPRoute of the Gateway API, to REST and the dashboard',
      ),
      monitoring: monitoring(),
      podAnnotations: map('Annotations of the pods'),
      podLabels: map('Labels of the pods'),
      priorityClassName: text('Priority class'),
      nodeSelector: map('Labels of nodes'),
      tolerations: anyList('Tolerations'),
      affinity: anyObject('Affinity'),
      topologySpreadConstraints: anyList('Unset: spread over zones and nodes where that can be had'),
      podSecurityContext: anyObject('Security context of the pods'),
      extraEnv: anyList('Further environment variables'),
      extraEnvFrom: anyList('Further ConfigMaps and Secrets of them'),
      extraVolumes: anyList('Further volumes'),
      extraVolumeMounts: anyList('Where they are mounted'),
      // What helm itself sets for a chart that others depend on.
      global: anyObject('Values that charts share'),
    },
    'Values of the Halfspace chart',
  );
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...plain(schema) };
}

/** Non-secret settings, with the limits that the service itself holds them to. */
function configProperties(): TProperties {
  const ofSources = [...SOURCE_SETTINGS.values()].flat().map(({ variable, schema }) => [variable, schema] as const);
  const settings: (readonly [string, SettingSchema & TSchema])[] = [
    ...settingEntries(),
    // helm reads patterns as RE2, which does not know all that those of sources use; the service checks them at its start.
    ...ofSources.map(([name, schema]) => [name, withoutPattern(schema)] as const),
  ];
  const shown = settings.filter(([name, { secret }]) => secret !== true && !DECIDED_BY_CHART.has(name));
  return Object.fromEntries(shown.map(([name, schema]) => [name, asValue(schema)]));
}

function withoutPattern(schema: SettingSchema & TSchema & { pattern?: string }): SettingSchema & TSchema {
  const { pattern: _pattern, ...known } = schema;
  return known;
}

/** Without words of our own, which a strict reader of JSON Schema does not know; flags as YAML spells them. */
function asValue(schema: SettingSchema & TSchema): TSchema {
  if (schema.enum?.join() === 'true,false') return flag(schema.description ?? '');
  const { secret: _secret, allowed: _allowed, ...known } = schema;
  return known;
}

function persistence(): TSchema {
  const policy = (when: string) => choice(['Retain', 'Delete'], `What becomes of the claims ${when}`);
  return closed(
    {
      enabled: flag('A claim a replica; false: an emptyDir, which outlives the container and not the pod'),
      size: size('Size of the claim, or limit of the emptyDir'),
      storageClassName: text("Class of the claim; unset: the cluster's default, '-': none"),
      accessModes: Type.Array(choice(['ReadWriteOnce', 'ReadWriteOncePod', 'ReadWriteMany'], 'A mode'), {
        minItems: 1,
        description: 'Access modes of the claim',
      }),
      annotations: map('Annotations of the claim'),
      retention: closed(
        { whenDeleted: policy('when the release is deleted'), whenScaled: policy('of replicas that are scaled away') },
        'What becomes of the claims',
      ),
    },
    'Where models, history and alerts on their way are kept',
  );
}

function gateway(): TSchema {
  return closed(
    {
      enabled: flag('Whether the chart runs Collectors that keep each service at its replica'),
      external: flag('Collectors of your own do that'),
      replicaCount: count(1, 'Replicas of the gateway'),
      image: closed(image('a Collector with the load-balancing exporter'), 'The Collector'),
      resolver: choice(['k8s', 'static'], 'How the replicas are found: by the API, or by their names'),
      credentialHeader: choice(['x-signing-secret', 'authorization'], 'Header of the sender that is handed on'),
      resources: resources(),
    },
    'Collectors in front of several replicas',
  );
}

function ingress(): TSchema {
  return closed(
    {
      enabled: flag('Whether there is one'),
      className: text('Ingress class'),
      annotations: map('Its annotations'),
      host: text('Host name'),
      path: Type.String({ pattern: '^/', description: 'Path' }),
      tlsSecret: text('Secret with the certificate for the host'),
    },
    'An Ingress to REST and the dashboard',
  );
}

function monitoring(): TSchema {
  const enabled = flag('Whether there is one');
  const tokenSecret = closed(
    {
      name: text('Secret that has what /metrics wants; unset: existingSecret'),
      key: Type.String({ minLength: 1, description: 'Key in it' }),
    },
    'Where Prometheus finds the secret',
  );
  const interval = Type.String({ pattern: '^[0-9]+(ms|s|m|h)$', description: 'Time between two scrapes' });
  const labels = map('Its labels');
  return closed(
    {
      serviceMonitor: closed({ enabled, interval, labels, tokenSecret }, 'For the Prometheus Operator'),
      prometheusRule: closed({ enabled, labels }, 'The alerts of deploy/prometheus/rules.yaml'),
      dashboard: closed({ enabled, labels, annotations: map('Its annotations') }, "A ConfigMap for Grafana's sidecar"),
    },
    'Metrics, alerts and a dashboard',
  );
}

function partial(properties: TProperties): TProperties {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, Type.Optional(schema)]));
}

/** As JSON has it: without what the library keeps for itself. */
function plain(schema: TSchema): Record<string, unknown> {
  return JSON.parse(JSON.stringify(schema)) as Record<string, unknown>;
}
