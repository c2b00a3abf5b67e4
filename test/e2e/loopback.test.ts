import { Client, credentials, status } from '@grpc/grpc-js';
import { once } from 'node:events';
import { connect } from 'node:net';
import { request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { startHalfspace } from './halfspace.ts';

/** Of this machine too, and a listener on all addresses would answer it. */
const OTHER_ADDRESS = '127.0.0.2';
const DESCRIBING = [
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
  '/grpc.channelz.v1.Channelz/GetServers',
];

test('S20: with nothing set every port is on loopback alone, and gRPC describes itself to nobody', async () => {
  const halfspace = await startHalfspace();
  onTestFinished(() => halfspace.kill());
  const { otlp_grpc, otlp_http, rest, watch } = halfspace.addresses;
  for (const address of [otlp_grpc, otlp_http, rest, watch]) {
    const port = Number(/:(\d+)(?:\/|$)/u.exec(address)?.[1]);
    expect([address, await reach('127.0.0.1', port)]).toEqual([address, true]);
    expect([address, await reach(OTHER_ADDRESS, port)]).toEqual([address, false]);
  }
  for (const address of [otlp_grpc, watch]) {
    for (const path of DESCRIBING) expect([path, await codeOf(address, path)]).toEqual([path, status.UNIMPLEMENTED]);
  }
}, 60_000);

test('S20: on HOST=LOCALHOST every port is at the address that the log names, and REST answers to no other name', async () => {
  const halfspace = await startHalfspace({ HOST: 'LOCALHOST' });
  onTestFinished(() => halfspace.kill());
  const { otlp_grpc, otlp_http, rest, watch } = halfspace.addresses;
  for (const address of [otlp_grpc, otlp_http, rest, watch]) {
    const port = Number(/127\.0\.0\.1:(\d+)(?:\/|$)/u.exec(address)?.[1]);
    expect([address, await reach('127.0.0.1', port)]).toEqual([address, true]);
    expect([address, await reach('::1', port)]).toEqual([address, false]);
  }
  const { statusCode } = await request(`${rest}/clusters/live`, { headers: { host: 'rebound.example.com' } });
  expect(statusCode).toBe(403);
}, 60_000);

async function reach(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port, timeout: 5000 });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function codeOf(address: string, path: string): Promise<number> {
  const client = new Client(address.replace(/^\w+:\/\//u, ''), credentials.createInsecure());
  const { promise, resolve } = Promise.withResolvers<number>();
  const asIs = (bytes: Buffer) => bytes;
  client.makeUnaryRequest(path, asIs, asIs, Buffer.alloc(0), (error) => resolve(error?.code ?? status.OK));
  const code = await promise;
  client.close();
  return code;
}
