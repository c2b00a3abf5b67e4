import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startHalfspace } from '../e2e/halfspace.ts';
import type { RunningHalfspace } from '../e2e/halfspace.ts';
import { buildDashboard, startBrowser } from '../parts/browser.ts';
import { usePart } from '../parts/part.ts';

const chromium = await usePart('chromium');
const LIMIT_MS = 120_000;
const MINUTE_MS = 60_000;
/** What was said: by whom, how badly, how often, from how many minutes ago until how many. */
const SAID = [
  ['basket opened by a guest', 'checkout', 'info', 400, 290, 3],
  ['order was placed', 'checkout', 'info', 300, 290, 3],
  ['coupon expired before use', 'checkout', 'warn', 60, 290, 3],
  ['query answered from cache', 'search', 'info', 350, 290, 3],
  ['index refreshed', 'search', 'info', 250, 290, 3],
  ['slow shard seen twice today', 'search', 'warn', 50, 290, 3],
  ['card charged', 'payments', 'info', 320, 290, 3],
  ['refund sent to the bank', 'payments', 'info', 240, 290, 3],
  ['ledger closed for day', 'payments', 'debug', 210, 290, 3],
  ['bank answered late again and again', 'payments', 'warn', 30, 40, 3],
  ['heap exhausted', 'payments', 'fatal', 55, 11, 10],
] as const;
/** Pixels of the table that are out of view. */
const BEYOND = `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.long-table'))`;
const TEXTS = SAID.map(([text]) => text);
const of = (service: string) => SAID.filter(([, one]) => one === service).map(([text]) => text);

/** NDJSON. */
function file(endMs: number): string {
  const rows = SAID.flatMap(([message, service, level, count, from, until]) =>
    Array.from({ length: count }, (_, i) => {
      const agoMs = (from - ((from - until) * i) / (count - 1)) * MINUTE_MS;
      return JSON.stringify({ timestamp: new Date(endMs - agoMs).toISOString(), service, level, message });
    }),
  );
  return `${rows.join('\n')}\n`;
}

describe.skipIf(chromium.missing !== undefined)('the templates of a window, narrowed down', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let folder: string;
  let halfspace: RunningHalfspace;

  beforeAll(async () => {
    buildDashboard();
    folder = mkdtempSync(join(tmpdir(), 'halfspace-filters-'));
    const path = join(folder, 'said.ndjson');
    writeFileSync(path, file(Date.now()));
    halfspace = await startHalfspace({ FILE_PATH: path });
    browser = await startBrowser(chromium.path!);
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await halfspace?.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    await page.goto(`${halfspace.addresses.rest}/#/templates?source=file&window=6h`);
    await page.getByRole('heading', { name: `${SAID.length} templates`, exact: true }).waitFor();
    return () => context.close();
  });

  const rowsOn = (one: Page) => one.getByLabel('Templates, table').locator('tbody button').allTextContents();
  const queryOf = (one: Page) => Object.fromEntries(new URLSearchParams(new URL(one.url()).hash.split('?')[1]));
  /** The rows that are there, in whatever order: here, and where somebody else opens the address. */
  const expectRows = async (expected: readonly string[], query: Record<string, string>): Promise<Page> => {
    await expect.poll(async () => (await rowsOn(page)).toSorted()).toEqual(expected.toSorted());
    const heading = `${expected.length} of ${SAID.length} templates`;
    await page.getByRole('heading', { name: heading, exact: true }).waitFor();
    expect(queryOf(page)).toEqual({ source: 'file', window: '6h', ...query });
    const other = await context.newPage();
    await other.goto(page.url());
    await other.getByRole('heading', { name: heading, exact: true }).waitFor();
    expect(await rowsOn(other)).toEqual(await rowsOn(page));
    return other;
  };

  test('all of them at first, the most frequent before the others', async () => {
    const expected = SAID.toSorted((a, b) => b[3] - a[3]).map(([text]) => text);
    expect(await rowsOn(page)).toEqual(expected);
  });

  test('beside an open template all columns are seen, the badge of what stands apart among them', async () => {
    await page.getByRole('button', { name: 'heap exhausted' }).click();
    await page.getByLabel('Template', { exact: true }).waitFor();
    await page.getByText(/^apart, \d\.\d+$/).waitFor();
    expect(await page.evaluate<number>(BEYOND)).toBe(0);
  });

  test('on a tablet all columns are seen', async () => {
    await page.setViewportSize({ width: 768, height: 900 });
    await page.getByText(/^apart, \d\.\d+$/).waitFor();
    expect(await page.evaluate<number>(BEYOND)).toBe(0);
  });

  test('by service', async () => {
    await page.getByRole('combobox', { name: 'Service', exact: true }).selectOption('search');
    const other = await expectRows(of('search'), { service: 'search' });
    expect(await other.getByRole('combobox', { name: 'Service', exact: true }).inputValue()).toBe('search');
    await page.getByRole('combobox', { name: 'Service', exact: true }).selectOption('every service');
    await expect.poll(async () => (await rowsOn(page)).toSorted()).toEqual(TEXTS.toSorted());
    expect(queryOf(page)).toEqual({ source: 'file', window: '6h' });
  });

  test('by level', async () => {
    await page.getByRole('combobox', { name: 'Level', exact: true }).selectOption('warn');
    const warnings = SAID.filter(([, , level]) => level === 'warn').map(([text]) => text);
    const other = await expectRows(warnings, { level: 'warn' });
    expect(await other.getByRole('combobox', { name: 'Level', exact: true }).inputValue()).toBe('warn');
  });

  test('to those that stand apart', async () => {
    await page.getByLabel('standing apart only').check();
    const other = await expectRows(['heap exhausted'], { apart: 'true' });
    expect(await other.getByLabel('standing apart only').isChecked()).toBe(true);
    await page.getByLabel('standing apart only').uncheck();
    await expect.poll(async () => (await rowsOn(page)).length).toBe(SAID.length);
    expect(queryOf(page)).toEqual({ source: 'file', window: '6h' });
  });

  test('to those that are new', async () => {
    const since = page.getByLabel('New since');
    await since.selectOption('60');
    const other = await expectRows(['bank answered late again and again', 'heap exhausted'], { new: '60' });
    expect(await other.getByLabel('New since').inputValue()).toBe('60');
    await since.selectOption('15');
    await expectRows(['heap exhausted'], { new: '15' });
  });

  test('to those that have a text, in whatever case, or are named by their fingerprint', async () => {
    const search = page.getByPlaceholder('Search templates');
    await search.fill('ANSWERED');
    const found = ['query answered from cache', 'bank answered late again and again'];
    const other = await expectRows(found, { text: 'ANSWERED' });
    expect(await other.getByPlaceholder('Search templates').inputValue()).toBe('ANSWERED');
    const { clusters } = (await halfspace.get('/clusters?source=file&window=6h')) as {
      clusters: { template: string; fingerprint: string }[];
    };
    const { fingerprint } = clusters.find(({ template }) => template === 'card charged')!;
    await search.fill(fingerprint.toUpperCase());
    await expectRows(['card charged'], { text: fingerprint.toUpperCase() });
  });

  test('by several at once; where none is left, all come back with a button', async () => {
    await page.getByRole('combobox', { name: 'Service', exact: true }).selectOption('payments');
    await page.getByLabel('New since').selectOption('60');
    await page.getByRole('combobox', { name: 'Level', exact: true }).selectOption('warn');
    const query = { service: 'payments', new: '60', level: 'warn' };
    await expectRows(['bank answered late again and again'], query);
    await page.getByPlaceholder('Search templates').fill('heap');
    await page.getByText('No template fits').waitFor();
    expect(queryOf(page)).toEqual({ source: 'file', window: '6h', ...query, text: 'heap' });
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByRole('heading', { name: `${SAID.length} templates`, exact: true }).waitFor();
    expect(queryOf(page)).toEqual({ source: 'file', window: '6h' });
    expect(await page.getByPlaceholder('Search templates').inputValue()).toBe('');
  });

  test('sorted by a column, one way and the other, in the order that the address says', async () => {
    const table = page.getByLabel('Templates, table');
    for (const [title, name, ascending] of [
      ['Template', 'template', TEXTS.toSorted()],
      ['Rows', 'rows', SAID.toSorted((a, b) => a[3] - b[3]).map(([text]) => text)],
    ] as const) {
      const header = table.getByRole('columnheader', { name: title, exact: true });
      await header.getByRole('button').click();
      const isDescending = (await header.getAttribute('aria-sort')) === 'descending';
      for (const [sort, aria, expected] of [
        [`-${name}`, 'descending', ascending.toReversed()],
        [name, 'ascending', ascending],
      ] as const) {
        if (sort === name || !isDescending) await header.getByRole('button').click();
        await expect.poll(() => rowsOn(page)).toEqual(expected);
        expect(await header.getAttribute('aria-sort')).toBe(aria);
        expect(queryOf(page)).toEqual({ source: 'file', window: '6h', sort });
        const other = await context.newPage();
        await other.goto(page.url());
        await other.getByRole('heading', { name: `${SAID.length} templates`, exact: true }).waitFor();
        expect(await rowsOn(other)).toEqual(expected);
      }
    }
  });
});
