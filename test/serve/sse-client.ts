import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { request } from 'undici';

export interface SseEvent {
  /** `comment` for blocks without data. */
  event: string;
  /** The reader's Last-Event-ID once it has this block. */
  id: string;
  data: Record<string, unknown>;
  text: string;
}

export interface SseClient {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** The next block; undefined when the stream has ended. */
  next(): Promise<SseEvent | undefined>;
  /** The next block with data. */
  nextEvent(): Promise<SseEvent | undefined>;
  close(): void;
}

/** Reads a stream as the standard says (WHATWG HTML, section 9.2.6), comments included. */
export async function openStream(url: string, headers: Record<string, string> = {}): Promise<SseClient> {
  const answer = await request(url, { headers });
  const blocks = blocksOf(answer.body);
  let id = '';
  const next = async (): Promise<SseEvent | undefined> => {
    const { done, value } = await blocks.next();
    if (done === true) return undefined;
    const event = parseBlock(value, id);
    ({ id } = event);
    return event;
  };
  return {
    status: answer.statusCode,
    headers: answer.headers,
    next,
    async nextEvent() {
      for (;;) {
        const event = await next();
        if (event?.event !== 'comment') return event;
      }
    },
    close: () => void answer.body.on('error', () => undefined).destroy(),
  };
}

/** A reader that asks for a stream and then takes nothing off its socket until told to. */
export async function openStalledSocket(port: number, path: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  await new Promise((resolve) => {
    socket.once('connect', resolve);
  });
  socket.write(`GET ${path} HTTP/1.0\r\nhost: localhost\r\n\r\n`);
  return socket;
}

/** Blocks of a byte stream, without the empty line that ends each. */
export async function* blocksOf(chunks: AsyncIterable<unknown>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    yield* blocks;
  }
}

export function parseBlock(text: string, lastId = ''): SseEvent {
  let event = 'message';
  let id = lastId;
  let data: string | undefined;
  for (const line of text.split('\n')) {
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === 'event') event = value;
    if (field === 'id') id = value;
    if (field === 'data') data = data === undefined ? value : `${data}\n${value}`;
  }
  if (data === undefined) return { event: 'comment', id, data: {}, text };
  return { event, id, data: JSON.parse(data) as Record<string, unknown>, text };
}
