import { fileURLToPath } from 'node:url';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

type LogsService = ServiceDefinition & { Export: MethodDefinition<unknown, unknown> };

/** `LogsService` as grpc-js takes it, for servers and clients alike. */
export function loadLogsService(): LogsService {
  const definitions = loadSync('opentelemetry/proto/collector/logs/v1/logs_service.proto', {
    includeDirs: [fileURLToPath(new URL('../../proto', import.meta.url))],
    longs: String,
    defaults: false,
  });
  return definitions['opentelemetry.proto.collector.logs.v1.LogsService'] as unknown as LogsService;
}
