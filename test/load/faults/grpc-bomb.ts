import { once } from 'node:events';
import { connect } from 'node:http2';
import type { IncomingHttpHeaders } from 'node:http2';
import { EXPORT_PATH, frame } from '../../receive/grpc-harness.ts';

const COMPRESSED = 1;

/** Sends one compressed message `times` at once over a connection; resolves to the status of each call, by name or number. */
export async function sendGrpcBombs(bomb: {
  port: number;
  encoding: string;
  message: Buffer;
  times: number;
}): Promise<string[]> {
  const session = connect(`http://127.0.0.1:${bomb.port}`);
  session.on('error', () => undefined);
  await once(session, 'connect');
  try {
    const calls = Array.from({ length: bomb.times }, async () => {
      const stream = session.request({
        ':method': 'POST',
        ':path': EXPORT_PATH,
        'content-type': 'application/grpc',
        'grpc-encoding': bomb.encoding,
        te: 'trailers',
      });
      let status: string | undefined;
      const look = (headers: IncomingHttpHeaders) => (status ??= headers['grpc-status']?.toString());
      stream.on('response', look).on('trailers', look);
      stream.on('error', () => undefined).resume();
      stream.end(frame(bomb.message, COMPRESSED));
      await once(stream, 'close');
      return `status ${status ?? `none, reset with ${stream.rstCode}`}`;
    });
    return await Promise.all(calls);
  } finally {
    session.destroy();
  }
}
