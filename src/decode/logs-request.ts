import { DecodeError } from './decode-error.ts';
import { LENGTH, ProtobufReader } from './protobuf-reader.ts';
import type { ServiceName, ServiceNames } from './service-names.ts';

/** No batch that a program made has more; without a bound, empty ones would cost far more memory than bytes sent. */
export const RESOURCES_MAX = 65_536;

const RESOURCE_LOGS = (1 << 3) | LENGTH;
const RESOURCE = (1 << 3) | LENGTH;
const SCOPE_LOGS = (2 << 3) | LENGTH;
/** `instrumentation_library_logs` of OTLP before 0.15, of the same shape as `scope_logs`. */
const OLD_SCOPE_LOGS = (1000 << 3) | LENGTH;
const KNOWN_FIELDS = 0b1110;
const LOG_RECORD = (2 << 3) | LENGTH;

/** Where the `ResourceLogs` of a request stand and whose they are; reused from request to request. */
export class RequestRoutes {
  count = 0;
  /** Records that are alerts of ours on their way back; they stand in none of the ranges. */
  ownRecords = 0;
  /** Payload of each `ResourceLogs`: offsets into the request. */
  start = new Int32Array(16);
  end = new Int32Array(16);
  readonly service: ServiceName[] = [];

  add(start: number, end: number, service: ServiceName): void {
    const index = this.count;
    if (index === RESOURCES_MAX) throw tooMany(start);
    if (index === this.start.length) {
      this.start = grown(this.start);
      this.end = grown(this.end);
    }
    this.start[index] = start;
    this.end[index] = end;
    this.service[index] = service;
    this.count = index + 1;
  }
}

/** What the reader looks at between requests, so that it keeps none alive. */
const NOTHING = new Uint8Array(0);
const reader = new ProtobufReader();

/**
 * Finds each `ResourceLogs` of an encoded `ExportLogsServiceRequest` and its service. Looks at no record: what is
 * inside a scope is checked by whoever decodes the range. Empty envelopes are left out, and so are our own alerts, which
 * are only counted.
 *
 * Throws `DecodeError`; `routes` is then of no use.
 */
export function routeRequest(bytes: Uint8Array, services: ServiceNames, routes: RequestRoutes): void {
  routes.count = 0;
  routes.ownRecords = 0;
  reader.bytes = bytes;
  reader.at = 0;
  const end = bytes.length;
  while (reader.at < end) {
    const tag = reader.tag(end);
    if (tag === RESOURCE_LOGS) {
      const resourceEnd = reader.lengthEnd(end);
      const start = reader.at;
      if (!readResourceLogs(reader, resourceEnd, services)) continue;
      if (services.isOwnAlerts) routes.ownRecords += countRecords(start, resourceEnd);
      else routes.add(start, resourceEnd, services.resolve(bytes));
    } else reader.skipUnknown(tag, end, 0b10, 'ExportLogsServiceRequest');
  }
  reader.bytes = NOTHING;
}

/** The service of one `ResourceLogs`, `bytes[start, end)`, for who has nothing but the range. */
export function serviceOf(bytes: Uint8Array, start: number, end: number, services: ServiceNames): ServiceName {
  reader.bytes = bytes;
  reader.at = start;
  readResourceLogs(reader, end, services);
  return services.resolve(bytes);
}

/** Whether there is a scope with anything in it. */
function readResourceLogs(from: ProtobufReader, end: number, services: ServiceNames): boolean {
  let filled = false;
  services.begin();
  while (from.at < end) {
    const tag = from.tag(end);
    if (tag === RESOURCE) services.see(from, from.lengthEnd(end));
    else if (tag === SCOPE_LOGS || tag === OLD_SCOPE_LOGS) {
      const scopeEnd = from.lengthEnd(end);
      if (scopeEnd > from.at) filled = true;
      from.at = scopeEnd;
    } else if ((tag & 7) === LENGTH) from.at = from.lengthEnd(end);
    else from.skipUnknown(tag, end, KNOWN_FIELDS, 'ResourceLogs');
  }
  return filled;
}

/** Log records of the `ResourceLogs` that `reader` has just read, from `start` to `end`, where it stands again after. */
function countRecords(start: number, end: number): number {
  let count = 0;
  reader.at = start;
  while (reader.at < end) {
    const tag = reader.tag(end);
    if (tag !== SCOPE_LOGS) {
      reader.skip(tag, end);
      continue;
    }
    const scopeEnd = reader.lengthEnd(end);
    while (reader.at < scopeEnd) {
      const inner = reader.tag(scopeEnd);
      if (inner === LOG_RECORD) count++;
      reader.skip(inner, scopeEnd);
    }
  }
  return count;
}

function tooMany(offset: number): DecodeError {
  const message = `got more than ${RESOURCES_MAX} resources in one request, expected at most that: send smaller batches`;
  return new DecodeError('too_many_records', message, { offset });
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
