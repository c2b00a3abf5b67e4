/** The part of a Collector's configuration that sends logs to the service on `host`. */
export function collectorSnippet(host: string, hasTls: boolean): string {
  const address = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `exporters:
  otlp_grpc/halfspace:
    endpoint: ${address}:4317
    tls: { insecure: ${hasTls ? 'false' : 'true'} }
    # Where SIGNING_SECRET or OTLP_BEARER_TOKENS is set:
    # headers: { authorization: "Bearer \${env:HALFSPACE_TOKEN}" }
    retry_on_failure: { enabled: true, max_elapsed_time: 0s }
    sending_queue: { enabled: true, block_on_overflow: true }

service:
  pipelines:
    logs:
      receivers: [file_log]
      exporters: [otlp_grpc/halfspace]
`;
}
