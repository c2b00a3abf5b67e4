import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHalfspace } from '../e2e/halfspace.ts';
import type { RunningHalfspace } from '../e2e/halfspace.ts';
import { buildDashboard, startBrowser } from '../parts/browser.ts';
import { usePart } from '../parts/part.ts';
import { startScriptedLoki } from '../sources/loki/scripted-loki.ts';
import type { ScriptedEntry, ScriptedLoki } from '../sources/loki/scripted-loki.ts';

const chromium = await usePart('chromium');
const LIMIT_MS = 120_000;
const ROWS = 900;
/** One row a second, so that the window holds all of them. */
const START = '2026-03-01T10:00:30';
const END = '2026-03-01T10:15:30';
const SAYINGS = ['basket was opened', 'payment of order went through today', 'stock count done'];

const entries = Array.from({ length: ROWS }, (_, i): ScriptedEntry => ({
  timeNs: BigInt(Date.parse(`${START}Z`) + i * 1000) * 1_000_000n,
  line: SAYINGS[i % SAYINGS.length]!,
  labels: { service_name: i % 2 === 0 ? 'shop' : 'stock', level: 'info' },
}));

describe.skipIf(chromium.missing !== undefined)('a window that takes long', () => {
  let browser: Browser;
  let loki: ScriptedLoki;
  let halfspace: RunningHalfspace;
  /** The first calls, which the store refuses. */
  const busy = { calls: 0, until: 0 };
  /** Of the store's first two answers, in which the window is asked, and then half read. */
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];

  beforeAll(async () => {
    buildDashboard();
    loki = await startScriptedLoki(async (_, number) => {
      if (busy.calls++ < busy.until) return { status: 503, text: 'too many outstanding requests' };
      await gates[number - 1]?.promise;
      return { entries };
    });
    halfspace = await startHalfspace({ LOKI_URL: loki.url });
    browser = await startBrowser(chromium.path!);
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    for (const { resolve } of gates) resolve();
    await halfspace?.stop();
    await loki?.close();
  });

  const resultOn = async (page: Page): Promise<string> => {
    await page.getByRole('link', { name: 'On the map' }).waitFor();
    return page.getByLabel('What is in them').innerText();
  };

  test(
    'tells how far it is, then what came of it; its address shows the same to whoever opens it',
    async () => {
      const context = await browser.newContext({ timezoneId: 'UTC' });
      const page = await context.newPage();
      await page.goto(`${halfspace.addresses.rest}/#/windows`);
      await page.getByLabel('Source').selectOption('loki');
      await page.getByRole('combobox', { name: 'Window', exact: true }).selectOption('absolute');
      await page.getByLabel('Start').fill(START);
      await page.getByLabel('End').fill(END);
      await page.getByRole('button', { name: 'Show', exact: true }).click();

      await page.getByRole('progressbar', { name: 'Rows read' }).waitFor();
      await page.getByText('Waiting for the first rows.').waitFor();
      gates[0]!.resolve();
      await page.getByText(/^\d+ rows read\.$/).waitFor();
      expect(await page.getByRole('link', { name: 'On the map' }).count()).toBe(0);
      gates[1]!.resolve();

      const result = await resultOn(page);
      expect(result).toMatch(/^900\s+rows$/m);
      expect(result).toMatch(/^2\s+services$/m);
      expect(await page.getByRole('progressbar').count()).toBe(0);
      const { hash } = new URL(page.url());
      const query = new URLSearchParams(hash.split('?')[1]);
      expect(Object.fromEntries(query)).toEqual({ source: 'loki', start: `${START}.000Z`, end: `${END}.000Z` });

      const other = await context.newPage();
      await other.goto(page.url());
      expect(await resultOn(other)).toBe(result);
      expect(await other.getByLabel('Source').inputValue()).toBe('loki');
      expect(await other.getByLabel('Start').inputValue()).toBe(START);
      expect(await other.getByLabel('End').inputValue()).toBe(END);

      const { length: before } = loki.calls;
      const again = page.getByRole('button', { name: 'Read again' });
      await again.press('Enter');
      await expect.poll(() => loki.calls.length).toBeGreaterThan(before);
      await page.locator('.button[aria-disabled="true"]').waitFor({ state: 'detached' });
      expect(await again.and(page.locator(':focus')).count()).toBe(1);
      expect(await resultOn(page)).toBe(result);

      const { length: calls } = loki.calls;
      await page.getByRole('link', { name: 'All templates' }).click();
      await page.getByLabel('Templates, table').waitFor();
      expect(loki.calls.length).toBe(calls);
      await context.close();
    },
    LIMIT_MS,
  );

  test(
    'tells which try of a store failed and when the next comes, until it answers',
    async () => {
      Object.assign(busy, { calls: 0, until: Infinity });
      const page = await browser.newPage();
      await page.goto(`${halfspace.addresses.rest}/#/windows?source=loki&start=${START}Z&end=${END}Z`);
      const status = page.getByRole('status').filter({ hasText: 'Reading the window' });
      await status.getByText(/^Try [1-5] of 6 failed\. (The next comes in \d+ s\.|The next is under way\.)$/).waitFor();
      expect(await status.innerText()).toMatch(/Loki, query_range: it answered 503 .*too many outstanding requests/);
      expect(await status.innerText()).not.toContain('Waiting for the first rows.');
      busy.until = 0;
      expect(await resultOn(page)).toMatch(/^900\s+rows$/m);
      await page.close();
    },
    LIMIT_MS,
  );
});
