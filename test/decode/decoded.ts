import { LEVELS } from '../../src/domain/level.ts';
import { RequestRoutes, routeRequest } from '../../src/decode/logs-request.ts';
import { RecordColumns } from '../../src/decode/record-columns.ts';
import { ServiceNames } from '../../src/decode/service-names.ts';

export interface DecodedRecord {
  service: string;
  message: string;
  level: string;
  timeMs: number;
  traceId: string | undefined;
  spanId: string | undefined;
}

const services = new ServiceNames({ attributes: ['service.name'], shards: 4 });
const routes = new RequestRoutes();
const columns = new RecordColumns();

/** All that the decoder says of a request, as plain data; by way of the same reused objects for every call. */
export function decoded(bytes: Uint8Array): DecodedRecord[] {
  routeRequest(bytes, services, routes);
  columns.begin(bytes);
  const names: string[] = [];
  for (let i = 0; i < routes.count; i++) {
    columns.append(routes.start[i]!, routes.end[i]!);
    while (names.length < columns.count) names.push(routes.service[i]!.name);
  }
  return names.map((service, i) => ({
    service,
    message: text(columns.source(i), columns.messageStart[i]!, columns.messageEnd[i]!),
    level: LEVELS[columns.levelOf(i)],
    timeMs: columns.timeMs[i]!,
    traceId: hex(bytes, columns.traceIdStart[i]!, 16),
    spanId: hex(bytes, columns.spanIdStart[i]!, 8),
  }));
}

/** Start and end of the first `ResourceLogs`. */
export function rangeOf(bytes: Uint8Array): [number, number] {
  routeRequest(bytes, services, routes);
  return [routes.start[0]!, routes.end[0]!];
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}

function hex(bytes: Uint8Array, start: number, length: number): string | undefined {
  if (start === -1) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('hex');
}
