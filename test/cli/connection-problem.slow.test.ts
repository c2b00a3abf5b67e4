import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server as GrpcServer, ServerCredentials, status } from '@grpc/grpc-js';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { askReady } from '../../src/cli/ask-ready.ts';
import { OtlpExporter } from '../../src/cli/replay/otlp-exporter.ts';
import { receiverProblem } from '../../src/cli/replay/receiver-problem.ts';
import { follow } from '../../src/cli/tail/follow.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { loadLogsService } from '../../src/receive/otlp-grpc-definitions.ts';
import { selfSigned } from '../receive/certificates.ts';

let pem: { cert: Buffer; key: Buffer };
let files: { certFile: string; keyFile: string };
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-connection-'));
  files = selfSigned(folder, 'server');
  pem = { cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) };
  return () => rmSync(folder, { recursive: true });
});

async function listening(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await once(server, 'listening');
  return `localhost:${(server.address() as AddressInfo).port}`;
}

const http = (code = 404) => listening(createHttpServer((_, answer) => void answer.writeHead(code).end('{}')));
const https = () => listening(createHttpsServer(pem, (_, answer) => void answer.end('{}')));

/** A port that nothing listens at. */
async function deadPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `localhost:${port}`;
}

describe('a receiver that is none', { timeout: 30_000 }, () => {
  /** What is noted until it is given up or something has been noted, and the sentence that it is given up with. */
  async function told(target: string, tls?: { ca?: Buffer }, headers: Record<string, string> = {}) {
    const ending = new AbortController();
    const notes: string[] = [];
    const note = (sentence: string) =>
      void (notes.push(sentence), sentence.includes('nothing listens') && ending.abort());
    const exporter = new OtlpExporter({ target, tls, headers, signal: ending.signal, note });
    onTestFinished(() => exporter.close());
    const sentence = await exporter.send(new Uint8Array(0), 1).then(
      () => 'taken',
      (error: Error) => error.message,
    );
    return { sentence, notes };
  }

  test('but speaks HTTP/1 is told at once', async () => {
    const target = await http();
    const { sentence, notes } = await told(target);
    expect(sentence).toBe(
      `${target} speaks no HTTP/2: --to wants a port for OTLP/gRPC, which is 4317 where it was not set otherwise`,
    );
    expect(notes).toEqual([]);
  });

  test('but has no TLS is told at once, and the other way round after a few tries', async () => {
    const plain = await http();
    expect((await told(plain, {})).sentence).toBe(
      `${plain} speaks no TLS: --to ${plain}, without https://, is for plain text`,
    );
    const secure = await https();
    const { sentence, notes } = await told(secure);
    expect(sentence).toContain(`--to https://${secure} is for TLS`);
    expect(notes).toEqual([`${sentence}; trying again`]);
    expect((await told(secure, { ca: pem.cert })).sentence).toMatch(/speaks TLS, but no HTTP\/2: --to wants/);
  });

  test('and where nothing listens is tried again, which is told once and without the words of sockets', async () => {
    const target = await deadPort();
    expect((await told(target)).notes).toEqual([`nothing listens at ${target}; trying again`]);
  });

  test('and wants a secret names the settings', async () => {
    const server = new GrpcServer();
    server.addService(loadLogsService(), {
      Export: (_: unknown, respond: (error: object) => void) =>
        respond({ code: status.UNAUTHENTICATED, details: 'send x-signing-secret' }),
    });
    onTestFinished(() => server.forceShutdown());
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    expect((await told(`127.0.0.1:${port}`)).sentence).toMatch(
      /wants a secret: set SIGNING_SECRET or OTLP_BEARER_TOKENS/,
    );
    expect((await told(`127.0.0.1:${port}`, undefined, { 'x-signing-secret': 'a' })).sentence).toMatch(
      /does not take the SIGNING_SECRET .*: send x-signing-secret$/,
    );
  });

  test('answers as HTTP: final, but for what a proxy says while the receiver is away', () => {
    const asked = { target: 'a:1', isTls: false, isSigned: false };
    const of = (code: status, number: number) =>
      receiverProblem({ code, details: `Received HTTP status code ${number}` }, asked);
    expect(of(status.UNIMPLEMENTED, 404)).toMatchObject({
      isFinal: true,
      sentence: expect.stringMatching(/^a:1 answers as HTTP \(status 404\)/),
    });
    expect(of(status.UNAVAILABLE, 503)).toBeUndefined();
    const untrusted = 'No connection established. Last error: Error: self-signed certificate. Resolution note: ';
    expect(receiverProblem({ code: status.UNAVAILABLE, details: untrusted }, { ...asked, isTls: true })).toMatchObject({
      sentence: 'the certificate of a:1 is not trusted (--ca names a CA): self-signed certificate',
      isFinal: true,
    });
    expect(receiverProblem({ code: status.UNAVAILABLE, details: 'later' }, asked)).toBeUndefined();
  });
});

describe('a port with TLS', () => {
  test('that is asked in plain text is told as that, by healthcheck and tail', async () => {
    const REST_PORT = (await https()).split(':')[1]!;
    expect(await askReady(loadConfig({ REST_PORT }))).toMatch(
      /gives no answer: the connection was closed .* a port with TLS .*; has the service a TLS_CERT_FILE\?$/,
    );
    const ending = new AbortController();
    const states: string[] = [];
    const onState = (sentence: string) => {
      states.push(sentence);
      ending.abort();
    };
    const url = new URL(`http://localhost:${REST_PORT}/anomalies/stream`);
    const events = follow({ url, headers: {}, tls: () => ({}), isPinned: false, signal: ending.signal, onState });
    await expect(events.next()).rejects.toThrow('aborted');
    expect(states).toEqual([
      expect.stringMatching(/trying again: .* which is what a port with TLS does to plain HTTP$/),
    ]);
  });

  test('is not found where TLS is asked of one in plain text', async () => {
    const REST_PORT = (await http()).split(':')[1]!;
    const said = await askReady(loadConfig({ REST_PORT, TLS_CERT_FILE: files.certFile, TLS_KEY_FILE: files.keyFile }));
    expect(said).toMatch(
      /gives no answer: what listens there speaks no TLS; is TLS_CERT_FILE set for the service too\?$/,
    );
  });
});
