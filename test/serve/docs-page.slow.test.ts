import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults, startBrowser } from '../parts/browser.ts';
import { usePart } from '../parts/part.ts';
import { useRest } from './rest-fixture.ts';

const chromium = await usePart('chromium');

describe.skipIf(chromium.path === undefined)('the API page in Chromium, with a signing secret', () => {
  const secret = 'sécret-of-the-tab';
  const rest = useRest({ signingSecret: secret });
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser(chromium.path ?? '');
  }, 60_000);
  afterAll(() => browser.close());

  test('it asks, says when the secret is another, and then shows the calls and makes them', async () => {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (line) => {
      if (line.text().includes('Content Security Policy')) faults.push(line.text());
    });
    await page.goto(`${rest().url}/docs`);
    await page.getByLabel('Signing secret').last().fill('another');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').getByText('That is not the secret of this service.').waitFor();
    await page.getByLabel('Signing secret').last().fill(secret);
    await page.keyboard.press('Enter');

    await page.locator('#operations-sources-get_sources button').first().click();
    await page.getByRole('button', { name: 'Try it out' }).click();
    await page.getByRole('button', { name: 'Execute' }).click();
    await page.locator('.live-responses-table .response-col_status', { hasText: '200' }).waitFor();
    expect(await page.locator('dialog').count()).toBe(0);
    expect(await page.locator('.curl-command').innerText()).not.toContain('ecret');
    expect(faults).toEqual([]);
    await page.close();
  }, 60_000);

  test('another tab has to be told again; the question reads on a phone', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${rest().url}/docs/`);
    await page.setViewportSize({ width: 360, height: 640 });
    await page.getByRole('dialog', { name: 'Signing secret' }).getByRole('button').waitFor();
    expect(await accessibilityFaults(page, '.ask')).toEqual([]);
    await context.close();
  }, 60_000);
});
