import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream, ServerOptions } from 'node:http2';
import type { Server } from '@grpc/grpc-js';
import { RESETS_PER_SECOND } from './http2-limits.ts';

/** Of the http2 servers under one of grpc-js, to which it offers no way, and without which it cannot be bounded. */
export type StreamListener = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number) => void;

/**
 * HTTP/2 rapid reset: Node lets 1,000 streams be reset at once, on every connection, and each costs it 4 KB until the
 * next turn of its loop. A caller that gives up on all that it has under way resets `streamsMax`. To be called before the
 * server is bound or given connections.
 */
export function limitResets(server: Server, streamsMax: number): void {
  const { commonServerOptions } = server as unknown as { commonServerOptions?: ServerOptions };
  if (commonServerOptions === undefined) throw new Error('this version of @grpc/grpc-js hides its http2 options');
  commonServerOptions.streamResetBurst = streamsMax * 2;
  commonServerOptions.streamResetRate = RESETS_PER_SECOND;
}

/** One for each address; checked, for it may change. */
export function http2ServersOf(server: Server): [Http2Server, ...Http2Server[]] {
  const { http2Servers } = server as unknown as { http2Servers?: Map<Http2Server, unknown> };
  const [first, ...others] = http2Servers instanceof Map ? http2Servers.keys() : [];
  if (first === undefined) throw new Error('this version of @grpc/grpc-js hides its http2 server');
  return [first, ...others];
}

/** From then on grpc-js hears of no stream but those that it is given. */
export function takeStreamListener(http2Server: Http2Server): StreamListener {
  const listeners = http2Server.listeners('stream');
  if (listeners.length !== 1) {
    throw new Error(`this version of @grpc/grpc-js has ${listeners.length} stream listeners, expected 1`);
  }
  http2Server.removeAllListeners('stream');
  return listeners[0] as StreamListener;
}
