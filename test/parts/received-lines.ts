import { readFile } from 'node:fs/promises';

/** A log record that the Collector's file exporter wrote, flattened to what tests compare. */
export interface ReceivedLine {
  service: string;
  body: string;
  severityNumber: number;
  timeMs: number;
  traceId: string;
}

/** Configuration of a Collector that listens on an ephemeral OTLP/gRPC port and writes what it gets to a file. */
export function fileReceiverConfig(path: string): string {
  return `
receivers: { otlp: { protocols: { grpc: { endpoint: "127.0.0.1:0" } } } }
exporters: { file: { path: "${path}", flush_interval: 100ms } }
service: { pipelines: { logs: { receivers: [otlp], exporters: [file] } } }
`;
}

interface LogsData {
  resourceLogs: {
    resource: { attributes?: { key: string; value: { stringValue?: string } }[] };
    scopeLogs: {
      logRecords: { body: { stringValue: string }; severityNumber?: number; timeUnixNano?: string; traceId?: string }[];
    }[];
  }[];
}

/** What such a Collector has written so far; a line half written is left for the next look. */
export async function receivedLines(path: string): Promise<ReceivedLine[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const requests = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean);
  return requests.flatMap((request) => (JSON.parse(request) as LogsData).resourceLogs.flatMap(linesOf));
}

function linesOf({ resource, scopeLogs }: LogsData['resourceLogs'][number]): ReceivedLine[] {
  const service = resource.attributes?.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
  return scopeLogs
    .flatMap(({ logRecords }) => logRecords)
    .map((record) => ({
      service,
      body: record.body.stringValue,
      severityNumber: record.severityNumber ?? 0,
      timeMs: Number(BigInt(record.timeUnixNano ?? 0) / 1_000_000n),
      traceId: record.traceId ?? '',
    }));
}
