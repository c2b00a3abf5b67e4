import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHalfspace } from '../e2e/halfspace.ts';
import type { RunningHalfspace } from '../e2e/halfspace.ts';
import { buildDashboard, startBrowser } from '../parts/browser.ts';
import { usePart } from '../parts/part.ts';

const chromium = await usePart('chromium');
const LIMIT_MS = 120_000;

describe.skipIf(chromium.missing !== undefined)('a text of several lines is copied', () => {
  let browser: Browser;
  let halfspace: RunningHalfspace;

  beforeAll(async () => {
    buildDashboard();
    halfspace = await startHalfspace();
    browser = await startBrowser(chromium.path!);
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await halfspace?.stop();
  });

  test.each([
    ['with TLS, or on the machine itself', ''],
    ['without TLS', `Object.defineProperty(navigator, 'clipboard', { value: undefined })`],
    ['where the clipboard is refused', `navigator.clipboard.writeText = () => Promise.reject(new Error('refused'))`],
  ])(
    '%s',
    async (_, browsers) => {
      const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
      try {
        const page = await context.newPage();
        await page.addInitScript(browsers);
        page.on('dialog', (dialog) => void dialog.dismiss());
        await page.goto(`${halfspace.addresses.rest}/#/setup`);
        const snippet = page.getByLabel('Configuration of the OpenTelemetry Collector');
        // Until the ports are known it has those that are usual.
        const { port } = new URL(`http://${halfspace.addresses.otlp_grpc}`);
        await snippet.filter({ hasText: `:${port}` }).waitFor();
        await page.getByRole('button', { name: 'Copy for the Collector' }).click();
        await page.getByRole('button', { name: 'Copied' }).waitFor();
        expect(await page.evaluate('document.activeElement.tagName')).toBe('BUTTON');
        const other = await context.newPage();
        await other.goto(halfspace.addresses.rest);
        const copied = await other.evaluate<string>('navigator.clipboard.readText()');
        expect(copied).toBe(await snippet.textContent());
        expect(copied.split('\n').length).toBeGreaterThan(5);
      } finally {
        await context.close();
      }
    },
    LIMIT_MS,
  );
});
