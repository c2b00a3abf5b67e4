import { loadLogsService } from '../../src/receive/otlp-grpc-definitions.ts';

const LOGS_SERVICE = loadLogsService();

export const ERROR = 17;
const INFO = 9;

export interface Logs {
  service: string;
  messages: string[];
  severityNumber?: number;
  timeMs?: number;
}

/** One export request; one resource for each of `all`. */
export function encodeLogs(...all: Logs[]): Buffer {
  const resourceLogs = all.map(({ service, messages, severityNumber = INFO, timeMs }) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeLogs: [
      {
        logRecords: messages.map((stringValue) => ({
          body: { stringValue },
          severityNumber,
          ...(timeMs === undefined ? {} : { timeUnixNano: `${timeMs}000000` }),
        })),
      },
    ],
  }));
  return LOGS_SERVICE.Export.requestSerialize({ resourceLogs });
}

/** `count` messages that `message` makes of their number. */
export function messages(count: number, message: (i: number) => string): string[] {
  return Array.from({ length: count }, (_, i) => message(i));
}
