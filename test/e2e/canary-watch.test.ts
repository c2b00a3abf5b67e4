import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CANARY_ENVIRONMENT, CANARY_HEADERS } from './canary-watch.ts';
import { startHalfspace } from './halfspace.ts';
import { encodeLogs, httpSender } from './otlp-client.ts';

test('S4: twenty secrets and more are planted in the environment and the headers of every service that is tested', () => {
  const planted = [...Object.values(CANARY_ENVIRONMENT), ...Object.values(CANARY_HEADERS)];
  expect(new Set(planted).size).toBeGreaterThanOrEqual(20);
  expect(Object.keys(CANARY_ENVIRONMENT)).toEqual(expect.arrayContaining(['DD_API_KEY', 'DATABASE_PASSWORD']));
});

test('S4: a secret that comes out, here as the name of a service, fails the test that started the service', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'canary-watch-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const halfspace = await startHalfspace({ DATA_DIR: folder });
  const service = CANARY_ENVIRONMENT['DATABASE_PASSWORD']!;
  const sent = await httpSender(halfspace).send(encodeLogs({ service, messages: ['ready', 'steady'] }));
  expect(sent.isOk).toBe(true);
  const failure = await halfspace.stop().then(
    () => '',
    (error: Error) => error.message,
  );
  expect(failure).toContain('secrets have leaked: ');
  expect(failure).toContain(`${service} in the answer of /services`);
  expect(failure).toContain(`${service} in ${folder}`);
}, 60_000);
