import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to one request instead of its being passed on. */
export type Fault =
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body?: string }
  /** Nothing is answered until the client goes away. */
  | { kind: 'hang' }
  /** The connection is closed without an answer. */
  | { kind: 'break' }
  /** Passed on, but the answer breaks off in its middle. */
  | { kind: 'cut' }
  /** Passed on, with other bytes in place of those of a text. */
  | { kind: 'rewrite'; text: string; bytes: Buffer };

export interface FaultProxy {
  /** Base address of the proxy, to be used instead of the store's. */
  readonly url: string;
  /** Requests so far, whatever became of them: `GET /path?query`. */
  readonly requests: string[];
  /** Bodies of these requests. */
  readonly bodies: string[];
  /** The next `times` requests (those whose line matches, where a pattern is given) meet the fault. */
  fail(fault: Fault, times?: number, matching?: RegExp): void;
  /** No further request meets a fault. */
  heal(): void;
  /** Resolves when a client has gone away from a request that hangs. */
  abandoned(): Promise<void>;
  /** Resolves at the next request that meets a fault. */
  met(): Promise<void>;
  close(): Promise<void>;
}

/** Stands between a source and a real store on loopback, so that every store fails in the same ways. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const faults: { fault: Fault; left: number; matching: RegExp }[] = [];
  const requests: string[] = [];
  const bodies: string[] = [];
  const abandoned = Promise.withResolvers<void>();
  let met = Promise.withResolvers<void>();

  const server = createServer((incoming, answer) => {
    const line = `${incoming.method} ${incoming.url}`;
    requests.push(line);
    const due = faults.find(({ left, matching }) => left > 0 && matching.test(line));
    void readAll(incoming).then(
      (body) => {
        bodies.push(body.toString());
        if (due === undefined) return pass(incoming, body, answer, target, false);
        due.left--;
        met.resolve();
        met = Promise.withResolvers<void>();
        return fail(due.fault, incoming, body, answer);
      },
      () => answer.destroy(),
    );
  });

  function fail(fault: Fault, incoming: IncomingMessage, body: Buffer, answer: ServerResponse): void {
    if (fault.kind === 'answer') answer.writeHead(fault.status, fault.headers).end(fault.body ?? '');
    else if (fault.kind === 'break') answer.destroy();
    else if (fault.kind === 'cut') pass(incoming, body, answer, target, true);
    else if (fault.kind === 'rewrite') rewrite(incoming, body, answer, target, fault);
    else answer.on('close', abandoned.resolve);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    bodies,
    fail: (fault, times = 1, matching = /^/) => void faults.push({ fault, left: times, matching }),
    heal: () => void (faults.length = 0),
    abandoned: () => abandoned.promise,
    met: () => met.promise,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function pass(incoming: IncomingMessage, body: Buffer, answer: ServerResponse, target: string, cut: boolean): void {
  const { method, headers } = incoming;
  const url = new URL(incoming.url ?? '/', target);
  const onward = httpRequest(url, { method, headers: { ...headers, host: url.host } }, (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.headers);
    if (!cut) return void reply.pipe(answer);
    reply.once('data', (part: Buffer) => {
      answer.write(part.subarray(0, part.length >> 1), () => answer.destroy());
      reply.destroy();
    });
  });
  onward.on('error', () => answer.destroy());
  answer.on('close', () => onward.destroy());
  onward.end(body);
}

function rewrite(
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  answer: ServerResponse,
  target: string,
  { text, bytes }: Extract<Fault, { kind: 'rewrite' }>,
): void {
  const to = new URL(url ?? '/', target);
  const plain = { ...headers, host: to.host, 'accept-encoding': 'identity' };
  const onward = httpRequest(to, { method, headers: plain }, (reply) => {
    void readAll(reply).then((whole) => {
      const { 'content-length': _, 'transfer-encoding': _chunked, ...kept } = reply.headers;
      const at = whole.indexOf(text);
      const end = at + Buffer.byteLength(text);
      const written = at === -1 ? whole : Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(end)]);
      answer.writeHead(reply.statusCode ?? 502, kept).end(written);
    });
  });
  onward.on('error', () => answer.destroy());
  onward.end(body);
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
