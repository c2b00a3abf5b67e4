import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** As they came; a packed body is no text. */
  bytes: Buffer;
}

/** What a receiver answers: a status, with a body or headers; `hang` answers nothing. */
export type Answer = { status: number; body?: string; headers?: Record<string, string> } | 'hang';

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** In the order of arrival. */
  readonly received: readonly Received[];
  /** Resolves once so many have come. */
  until(count: number): Promise<void>;
}

/** An HTTP server on loopback that keeps what it gets and answers as it is told. */
export async function startReceiver(answer: (request: Received, index: number) => Answer): Promise<Receiver> {
  const received: Received[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((bytes) => {
      const one = { path: request.url ?? '', headers: request.headers, body: bytes.toString('utf8'), bytes };
      reply(response, answer(one, received.push(one) - 1));
      for (const waiter of waiting) if (received.length >= waiter.count) waiter.resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    until: (count) =>
      received.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function reply(response: ServerResponse, answer: Answer): void {
  if (answer === 'hang') return;
  response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
}
