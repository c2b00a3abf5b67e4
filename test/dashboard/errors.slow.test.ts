import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHalfspace } from '../e2e/halfspace.ts';
import type { RunningHalfspace } from '../e2e/halfspace.ts';
import { buildDashboard, startBrowser } from '../parts/browser.ts';
import { usePart } from '../parts/part.ts';

const chromium = await usePart('chromium');
const LIMIT_MS = 120_000;

/** What a store that is ill answers. */
type Illness = (response: ServerResponse) => void;
const ends =
  (status: number): Illness =>
  (response) =>
    void response.writeHead(status).end('ill');
const hangs: Illness = () => {};

describe.skipIf(chromium.missing !== undefined)('what goes wrong is told in words', () => {
  let browser: Browser;
  let page: Page;
  let store: Server;
  let illness: Illness;
  let halfspace: RunningHalfspace;

  beforeAll(async () => {
    buildDashboard();
    store = createServer((_request, response) => illness(response));
    await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
    const { port } = store.address() as AddressInfo;
    halfspace = await startHalfspace({ LOKI_URL: `http://127.0.0.1:${port}`, SOURCE_TIMEOUT_SECONDS: '2' });
    browser = await startBrowser(chromium.path!);
    page = await browser.newPage();
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await halfspace?.stop();
    store?.closeAllConnections();
    store?.close();
  });

  /** The error that the view of an address shows. */
  const errorAt = async (address: string, { addresses } = halfspace): Promise<string> => {
    await page.goto('about:blank');
    await page.goto(`${addresses.rest}/#/${address}`);
    const alert = page.getByRole('alert').filter({ hasText: /\S/ }).first();
    await alert.waitFor({ timeout: LIMIT_MS / 2 });
    return (await alert.textContent()) ?? '';
  };

  test.each([
    ['a window that there is not', 'windows?source=otlp&window=soon', ends(200), /^400 .*soon/],
    ['a store that nobody has set up', 'windows?source=splunk&window=1h', ends(200), /^400 .*Setup shows what/],
    ['an incident that is not known', 'incident?id=0123456789abcdef', ends(200), /^404 there is no incident/],
    ['a store that refuses', 'windows?source=loki&window=1h', ends(401), /^424 .*Setup shows which credentials/],
    ['a store that fails', 'windows?source=loki&window=1h', ends(500), /^502 .*see that it runs/],
    ['a store that wants fewer calls', 'windows?source=loki&window=1h', ends(429), /^503 .*wants fewer calls/],
    ['a store that never answers', 'windows?source=loki&window=1h', hangs, /^504 .*A shorter window/],
  ] as const)(
    '%s',
    async (_, address, how, expected) => {
      illness = how;
      expect(await errorAt(address)).toMatch(expected);
    },
    LIMIT_MS,
  );

  test(
    'too many calls',
    async () => {
      const strict = await startHalfspace({ REST_COSTLY_CALLS_PER_MINUTE: '1' });
      try {
        await fetch(`${strict.addresses.rest}/clusters?window=soon`);
        expect(await errorAt('windows?source=otlp&window=1h', strict)).toMatch(/^429 .*Wait a moment/);
      } finally {
        await strict.stop();
      }
    },
    LIMIT_MS,
  );

  test(
    'too many wrong secrets, to whoever enters the right one',
    async () => {
      const strict = await startHalfspace({ SIGNING_SECRET: 'gehe1m-gehe1m', REST_WRONG_SECRETS_PER_MINUTE: '1' });
      try {
        await fetch(`${strict.addresses.rest}/sources`, { headers: { 'x-signing-secret': 'wrong' } });
        await page.goto('about:blank');
        await page.goto(`${strict.addresses.rest}/#/setup`);
        await page.getByRole('textbox', { name: 'Secret' }).fill('gehe1m-gehe1m');
        await page.getByRole('button', { name: 'Continue' }).click();
        const told = page.getByRole('dialog').getByRole('alert').filter({ hasText: /\S/ });
        expect(await told.textContent()).toMatch(/^this address has shown 1 wrong secrets? within a minute/);
      } finally {
        await strict.stop();
      }
    },
    LIMIT_MS,
  );
});
