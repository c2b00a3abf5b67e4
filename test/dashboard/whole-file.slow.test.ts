import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startHalfspace } from '../e2e/halfspace.ts';
import type { RunningHalfspace } from '../e2e/halfspace.ts';
import { accessibilityFaults, buildDashboard, startBrowser } from '../parts/browser.ts';
import { usePart } from '../parts/part.ts';

const chromium = await usePart('chromium');
const MINUTES = 120;
const at = (minute: number) => new Date(Date.UTC(2015, 5, 1, 10, minute)).toISOString();
const TRACE = 'payment 7 failed\njava.lang.IllegalStateException: no stock\n\tat com.shop.Stock.take(Stock.java:7)';

describe.skipIf(chromium.missing !== undefined)('a file of long ago in the dashboard', () => {
  let browser: Browser;
  let folder: string;
  let halfspace: RunningHalfspace;
  let page: Page;

  beforeAll(async () => {
    buildDashboard();
    browser = await startBrowser(chromium.path!);
    folder = mkdtempSync(join(tmpdir(), 'halfspace-old-'));
    const lines = Array.from({ length: MINUTES }, (_, i) => `${at(i)} INFO order ${i} placed`);
    writeFileSync(join(folder, 'old.log'), [...lines, `${at(MINUTES - 1)} ERROR ${TRACE}`].join('\n'));
    halfspace = await startHalfspace({ FILE_PATH: join(folder, 'old.log') });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await halfspace?.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    const context = await browser.newContext({ viewport: { width: 360, height: 800 }, timezoneId: 'UTC' });
    page = await context.newPage();
    return () => context.close();
  });

  const open = (address: string) => page.goto(`${halfspace.addresses.rest}/#/${address}`);
  const kind = () => page.getByRole('combobox', { name: 'Window', exact: true });
  const overhang = () => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');

  test('is offered in whole once it is chosen, and its address shows the same to whoever opens it', async () => {
    await open('windows');
    expect(await kind().locator('option').allInnerTexts()).toEqual(['up to now', 'between two times']);
    await page.getByLabel('Source').selectOption('file');
    expect(await kind().inputValue()).toBe('all');
    await page.getByLabel('Source').selectOption('otlp');
    expect(await kind().inputValue()).toBe('relative');
    await page.getByLabel('Source').selectOption('file');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    const result = page.getByLabel('What is in them');
    await result.getByText('01 Jun 2015, 10:00 to 11:59').waitFor();
    expect(page.url()).toMatch(/#\/windows\?source=file&window=all$/);
    expect(await result.innerText()).toMatch(
      /^121\s+rows\s+2\s+templates\s+(0\s+stand|1\s+stands) apart\s+1\s+service\s+1\s+file$/m,
    );
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await overhang()).toBe(0);
    await page.reload();
    await result.getByText('01 Jun 2015, 10:00 to 11:59').waitFor();
    expect(await kind().inputValue()).toBe('all');
    await page.getByRole('link', { name: 'All templates' }).click();
    await page.getByText('121 rows, 2 templates').waitFor();
    expect(page.url()).toMatch(/#\/templates\?source=file&window=all$/);
  });

  test.each(['windows', 'map', 'templates'])('%s: tells when it is from where a window is empty', async (view) => {
    await open(`${view}?source=file&window=1h`);
    await page.getByText('What the file has is from 01 Jun 2015, 10:00 to 11:59.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await overhang()).toBe(0);
    await page.getByRole('link', { name: 'Show the whole file' }).click();
    await page.getByText('What the file has').waitFor({ state: 'detached' });
    await page.getByText('01 Jun 2015, 10:00 to 11:59').waitFor();
    expect(page.url()).toMatch(new RegExp(`#/${view}\\?source=file&window=all$`));
    expect(await kind().inputValue()).toBe('all');
  });

  test('is compared with itself, one half with the other, or all before a time with what followed', async () => {
    await open('compare');
    await page.getByLabel('Source').selectOption('file');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByText('Both windows are empty').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'Compare its first half with its second' }).click();
    const result = page.getByLabel('What has changed');
    await result.getByText('60 rows, 1 template').waitFor();
    await result.getByText('61 rows, 2 templates').waitFor();
    expect(await page.getByLabel('Start of A').inputValue()).toBe('2015-06-01T10:00');
    await page.getByLabel('Before (A)').selectOption('all');
    await page.getByLabel('Start of B').fill('2015-06-01T11:50');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await result.getByText('110 rows, 1 template').waitFor();
    await result.getByText('11 rows, 2 templates').waitFor();
    expect(page.url()).toMatch(/compare\?source=file&a=all&b=2015-06-01T11%3A50%3A00\.000Z%2F/);
    expect(await overhang()).toBe(0);
  });

  test('says that it came to little a minute, not to nothing, where the other window is empty', async () => {
    await open('compare?source=file&a=all&b=1h');
    await page.getByText('What the file has is from').waitFor();
    const row = page.getByRole('row').filter({ hasText: 'order <*> placed' });
    expect(await row.innerText()).toMatch(/gone\s+unknown_service\s+< 0\.01\s+0\b/);
  });

  test('shows a trace by its lines', async () => {
    await open('templates?source=file&window=all');
    await page.getByRole('button', { name: 'payment <*> failed' }).click();
    expect(await page.getByLabel('Sample lines').innerText()).toContain(TRACE);
  });
});
