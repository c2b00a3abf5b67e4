import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { limitPipelines, takeNoMore } from './http1-pipelines.ts';
import type { Http1Messages } from './http1-pipelines.ts';

/** What is left of a body whose length is told is read and dropped up to here, so that the connection lives on. */
const DRAIN_BYTES_MAX = 1 << 20;
/** How long a client that is still sending has to see its answer. */
const LINGER_MS = 1_000;

/** Node's own, to which it offers no way. It calls what stands at `kOnBody` with each piece of a body, if that is a function. */
interface Parser {
  readonly constructor: { readonly kOnBody: number };
  [callback: number]: unknown;
}

/** Options of a server of HTTP/1.1 that bound what a client can have it read: see `limitPipelines` and `leavesUnread`. */
export function boundHttp1(onPipelineOver: () => void): Http1Messages {
  const { IncomingMessage, ServerResponse } = limitPipelines(onPipelineOver);
  return { IncomingMessage, ServerResponse: leavesUnread(ServerResponse) };
}

/**
 * Responses that are the last of their connection where they begin before a large body, or one in chunks, has come: nothing
 * more of it is read, the client stalls, sees answer and end, and hangs up. Node reads and drops what is left, however much
 * that is: 480 MB in chunks of one byte take it 54 s. This holds for answers that Node gives by itself too, and for those
 * that wait for others before them.
 */
function leavesUnread(Base: typeof ServerResponse): typeof ServerResponse {
  return class<Request extends IncomingMessage> extends Base<Request> {
    // All answers come through here.
    override writeHead(...args: unknown[]): this {
      if (unreadBodyBytes(this.req) > DRAIN_BYTES_MAX) {
        this.shouldKeepAlive = false;
        readNoMore(this.req);
      }
      return Reflect.apply(super.writeHead, this, args) as this;
    }
  };
}

/** An upper bound; a chunked body has none. */
function unreadBodyBytes(request: IncomingMessage): number {
  if (request.complete) return 0;
  return request.headers['transfer-encoding'] === undefined ? Number(request.headers['content-length'] ?? 0) : Infinity;
}

function readNoMore({ socket }: IncomingMessage): void {
  const { parser } = socket as { parser?: Parser | null };
  if (parser) passOver(parser, socket);
  takeNoMore(socket);
  // Takes the socket from the parser; as nobody asks for what it holds, it stops when that is 64 KiB.
  socket.on('readable', () => undefined);
  // Node closes after the answer, which resets a connection that has more to be read, before the client has seen it.
  socket.destroySoon = () => endSlowly(socket);
}

/** Has the parser make nothing of what it still has: 64 KiB in chunks of a byte cost 12 MB of memory, and 5 ms. */
function passOver(parser: Parser, socket: Socket): void {
  const { kOnBody } = parser.constructor;
  const onBody = parser[kOnBody];
  parser[kOnBody] = undefined;
  // Node has listened for this before, and keeps the parser for another connection.
  socket.once('close', () => {
    parser[kOnBody] = onBody;
  });
}

function endSlowly(socket: Socket): void {
  socket.end();
  const linger = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(linger));
}
