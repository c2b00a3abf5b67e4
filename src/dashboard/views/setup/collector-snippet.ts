import type { StatusAnswer } from '../../../serve/schemas/health.ts';

type Receivers = NonNullable<StatusAnswer['receivers']>;

/** The part of a Collector's configuration that sends logs to the service on `host`, with what it asks of senders. */
export function collectorSnippet(host: string, receivers: Receivers): string {
  const address = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `exporters:
  otlp_grpc/halfspace:
    endpoint: "${address}:${receivers.otlp_grpc_port}"
${tlsOf(receivers)}${headersOf(receivers)}    retry_on_failure: { enabled: true, max_elapsed_time: 0s }
    sending_queue: { enabled: true, block_on_overflow: true }

service:
  pipelines:
    logs:
      receivers: [file_log]
      exporters: [otlp_grpc/halfspace]
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
