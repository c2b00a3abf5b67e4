import type { StatusAnswer } from '../../../serve/schemas/health.ts';

type Receivers = NonNullable<StatusAnswer['receivers']>;

/** A whole configuration of a Collector that sends log files to the service on `host`, with what it asks of senders. */
export function collectorSnippet(host: string, receivers: Receivers): string {
  const address = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `# For a Collector of 0.144 or later (contrib); before, file_log was called filelog and otlp_grpc was called otlp.
receivers:
  file_log:
    # Your log files.
    include: [/var/log/app/*.log]

processors:
  resource:
    attributes:
      # The name of your service: each has a model of its own.
      - { key: service.name, value: app, action: insert }

exporters:
  otlp_grpc:
    endpoint: "${address}:${receivers.otlp_grpc_port}"
${tlsOf(receivers)}${headersOf(receivers)}    timeout: 30s
    retry_on_failure: { enabled: true, max_elapsed_time: 0s }
    sending_queue: { enabled: true, block_on_overflow: true }

service:
  pipelines:
    logs:
      receivers: [file_log]
      processors: [resource]
      exporters: [otlp_grpc]
`;
}

function tlsOf({ tls, client_certificate: needsCertificate }: Receivers): string {
  if (!tls) return '    tls: { insecure: true }\n';
  const own = needsCertificate ? '      cert_file: /path/to/client.pem\n      key_file: /path/to/client-key.pem\n' : '';
  return `    tls:\n      # Where its certificate is not signed by an authority that the Collector knows.\n      ca_file: /path/to/ca.pem\n${own}`;
}

function headersOf({ token }: Receivers): string {
  return token ? '    headers: { authorization: "Bearer ${env:HALFSPACE_TOKEN}" }\n' : '';
}
