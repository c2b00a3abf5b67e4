import { Client, credentials } from '@grpc/grpc-js';

const EXPORT_PATH = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
const TIMEOUT_MS = 60_000;

/** Sends encoded export requests to `target`, over one connection. Rejects when one is not answered OK. */
export interface GrpcExporter {
  send(request: Uint8Array): Promise<void>;
  close(): void;
}

export function createGrpcExporter(target: string): GrpcExporter {
  const client = new Client(target, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 });
  const asIs = (bytes: Uint8Array) => Buffer.from(bytes);
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        const deadline = Date.now() + TIMEOUT_MS;
        client.makeUnaryRequest(EXPORT_PATH, asIs, asIs, request, { deadline }, (error) =>
          error === null ? resolve() : reject(error),
        );
      }),
    close: () => client.close(),
  };
}
