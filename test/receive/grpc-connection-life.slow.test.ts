import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import {
  call,
  connectClient,
  connectHttp2,
  encodeRequest,
  frame,
  gatedIntake,
  rawCall,
  startReceiver,
} from './grpc-harness.ts';

const REQUEST = encodeRequest('GET /index.html 200', 'GET /favicon.ico 404');

test('G20: a deadline is kept while the intake is busy', async () => {
  const gate = gatedIntake();
  const receiver = await startReceiver({ intake: gate.intake });
  const session = await connectHttp2(receiver.port);
  for (const timeout of ['1n', '999u', '50m', '1S']) {
    expect(await rawCall(session, [frame(REQUEST)], { 'grpc-timeout': timeout })).toMatchObject({
      code: status.DEADLINE_EXCEEDED,
    });
  }
  gate.open();
  expect(await rawCall(session, [frame(REQUEST)], { 'grpc-timeout': '99999999H' })).toMatchObject({ code: status.OK });
});

test('G23: connections are ended by age and by idleness, and the next call finds a new one', async () => {
  const receiver = await startReceiver({ connection: { ageMaxMs: 200, ageGraceMs: 1000, idleMaxMs: 100 } });
  const old = await connectHttp2(receiver.port);
  const goaway = new Promise<number>((resolve) => old.once('goaway', resolve));
  expect(await goaway).toBe(0);
  const idle = await startReceiver({ connection: { ageMaxMs: Infinity, idleMaxMs: 100 } });
  const silent = await connectHttp2(idle.port);
  await new Promise((resolve) => silent.once('close', resolve));
  const client = connectClient(idle.port);
  expect((await call(client, REQUEST)).code).toBe(status.OK);
  await expect.poll(() => client.getChannel().getConnectivityState(false), { timeout: 5000 }).not.toBe(2);
  expect((await call(client, REQUEST)).code).toBe(status.OK);
});

test('G23: idleness is counted from the end of the last request', async () => {
  const gate = gatedIntake();
  const receiver = await startReceiver({ intake: gate.intake, connection: { idleMaxMs: 1 } });
  const session = await connectHttp2(receiver.port);
  let closed = false;
  session.once('goaway', () => (closed = true));
  const answer = rawCall(session, [frame(REQUEST)]);
  const second = await connectHttp2(receiver.port);
  await new Promise((resolve) => second.once('goaway', resolve));
  expect(closed).toBe(false);
  gate.open();
  expect((await answer).code).toBe(status.OK);
});
