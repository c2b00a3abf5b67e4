import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Requests of one connection that are unanswered, or come with one read. Browsers, proxies, SDKs, the Collector, Prometheus,
 * curl and fetch send one and wait; a load generator that is told to pipeline sends 10 or so.
 */
export const PIPELINED_MAX = 10;

/** Node's parser takes it for an error, and reads no further: neither of what it has nor of what comes. */
const GIVE_UP = -1;

/** Node's own, to which it offers no way, and without which what one read brings cannot be bounded. */
interface Parser {
  onIncoming: (request: IncomingMessage, keepAlive: boolean) => number;
}

/** What a server of HTTP/1.1 makes of requests and answers. */
export interface Http1Messages {
  IncomingMessage: typeof IncomingMessage;
  ServerResponse: typeof ServerResponse;
}

interface Pipeline {
  /** In the order of their requests, which is that in which they leave. */
  readonly unanswered: ServerResponse[];
  /** Of the socket, when the latest request came: the same for all that one read brings. */
  bytesRead: number;
  /** Requests that were unanswered before that read, and those that it brought, answered or not. */
  atOnce: number;
  isOver: boolean;
}

const pipelines = new WeakMap<Socket, Pipeline>();

/**
 * Options of a server of HTTP/1.1 that takes `PIPELINED_MAX` requests of a connection at a time. One more, and nothing
 * further is read: those that were taken are answered, the last of them with `Connection: close`, and the connection ends
 * (RFC 9112 section 9.3.2: a client sends again what was not answered). Without it 64 KiB bring 2,000 requests, and all are
 * worked off before the next connection has its turn; those with a body and a quick answer one by one, amid the read, so
 * that none waits when the next comes. `onOver` is called for each connection that ends so; a listener of 'clientError'
 * leaves those alone (`isPipelineOver`).
 */
export function limitPipelines(onOver: () => void): Http1Messages {
  return {
    // The first thing that Node makes of a request: only then does it ask the parser's `onIncoming` to take it.
    IncomingMessage: class extends IncomingMessage {
      constructor(socket: Socket) {
        super(socket);
        if (!pipelines.has(socket)) watch(socket, onOver);
      }
    },
    // Also for what Node answers by itself, such as a request without a Host.
    ServerResponse: class<Request extends IncomingMessage> extends ServerResponse<Request> {
      constructor(...args: ConstructorParameters<typeof ServerResponse<Request>>) {
        super(...args);
        const unanswered = pipelines.get(args[0].socket)?.unanswered;
        unanswered?.push(this);
        this.once('close', () => unanswered?.shift());
      }
    },
  };
}

/** Whether the connection ends with an answer that is under way: it is to get no other, nor to be destroyed. */
export function isPipelineOver(socket: Socket): boolean {
  return pipelines.get(socket)?.isOver === true;
}

/**
 * Whether the client would take an answer written now for that of an earlier request, which was received as a whole and
 * is still worked on. Node keeps the response that has the socket in this field; its own handler looks there too.
 */
export function answersAnother(socket: Socket): boolean {
  const open = (socket as { _httpMessage?: ServerResponse | null })._httpMessage;
  return open ? open.headersSent || open.req.complete : false;
}

/** From now on no request of the connection is taken: an answer is under way that is its last. */
export function takeNoMore(socket: Socket): void {
  const pipeline = pipelines.get(socket);
  if (pipeline !== undefined) pipeline.isOver = true;
}

function watch(socket: Socket, onOver: () => void): void {
  const { parser } = socket as { parser?: Partial<Parser> };
  const onIncoming = parser?.onIncoming;
  // A version of Node that hides it answers without this bound, and fails the tests of it.
  if (parser === undefined || onIncoming === undefined) return;
  const pipeline: Pipeline = { unanswered: [], bytesRead: -1, atOnce: 0, isOver: false };
  pipelines.set(socket, pipeline);
  parser.onIncoming = (request, keepAlive) => {
    if (pipeline.isOver) return GIVE_UP;
    const { bytesRead } = socket;
    if (pipeline.bytesRead !== bytesRead) pipeline.atOnce = pipeline.unanswered.length;
    pipeline.bytesRead = bytesRead;
    if (++pipeline.atOnce <= PIPELINED_MAX) return onIncoming(request, keepAlive);
    pipeline.isOver = true;
    endAfter(pipeline.unanswered.at(-1), socket);
    onOver();
    return GIVE_UP;
  };
}

function endAfter(answer: ServerResponse | undefined, socket: Socket): void {
  if (answer === undefined) {
    socket.destroySoon();
    return;
  }
  if (!answer.headersSent) answer.setHeader('connection', 'close');
  // It may wait, complete, for those before it.
  answer.once('finish', () => socket.destroySoon());
}
