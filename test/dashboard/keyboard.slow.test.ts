import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startHalfspace } from '../e2e/halfspace.ts';
import type { RunningHalfspace } from '../e2e/halfspace.ts';
import { encodeLogs, ERROR, messages } from '../e2e/otlp-client.ts';
import type { Logs } from '../e2e/otlp-client.ts';
import { buildDashboard, startBrowser } from '../parts/browser.ts';
import { usePart } from '../parts/part.ts';

const chromium = await usePart('chromium');
const LIMIT_MS = 120_000;
const TITLES = ['Live', 'Map', 'Templates', 'Compare', 'Windows', 'Setup', 'Status'];
const PRESSES_MAX = 150;
/** As many templates: their table scrolls. */
const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz', (one) => `${one.repeat(4)}ing ${one.repeat(3)}ed`);

/** What keeps a reader from seeing where the focus is: a sentence each. Runs in the page. */
const FOCUS_FAULTS = `(() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return [];
  const name = element.outerHTML.slice(0, 120);
  const { outlineStyle, outlineWidth, outlineOffset, boxShadow, visibility } = getComputedStyle(element);
  const [box] = element.getClientRects();
  if (box === undefined || box.width < 2 || box.height < 2 || visibility !== 'visible') return [name + ' is not visible'];
  const faults = [];
  const hasRing = outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
  if (!hasRing && boxShadow === 'none') faults.push(name + ' has neither outline nor shadow');
  const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  if (!element.contains(hit)) faults.push(name + ' is behind ' + (hit?.outerHTML.slice(0, 120) ?? 'nothing'));
  const reach = hasRing ? Math.max(0, parseFloat(outlineWidth) + parseFloat(outlineOffset)) : 0;
  for (let around = element.parentElement; around !== null && around !== document.body; around = around.parentElement) {
    if (getComputedStyle(around).overflow === 'visible') continue;
    const frame = around.getBoundingClientRect();
    const isWhole =
      box.top - reach > frame.top - 0.6 && box.bottom + reach < frame.bottom + 0.6 &&
      box.left - reach > frame.left - 0.6 && box.right + reach < frame.right + 0.6;
    if (!isWhole) faults.push('the ring of ' + name + ' is cut off by ' + around.outerHTML.slice(0, 60));
  }
  return faults;
})()`;

describe.skipIf(chromium.missing !== undefined)('the dashboard with a keyboard alone', () => {
  let browser: Browser;
  let page: Page;
  let halfspace: RunningHalfspace;

  const deliver = async (...logs: Logs[]): Promise<void> => {
    const headers = { 'content-type': 'application/x-protobuf' };
    const body = new Uint8Array(encodeLogs(...logs));
    expect((await fetch(halfspace.addresses.otlp_http, { method: 'POST', headers, body })).ok).toBe(true);
  };

  beforeAll(async () => {
    buildDashboard();
    halfspace = await startHalfspace();
    const usual = messages(1500, (i) => `request ${i} of user${i % 7} served in ${i % 90} ms`);
    for (let i = 0; i < 3; i++) {
      await deliver({ service: 'checkout', messages: usual }, { service: 'search', messages: usual });
    }
    await deliver({ service: 'letters', messages: LETTERS });
    await deliver({ service: 'checkout', severityNumber: ERROR, messages: ['disk 17 of rack 4711 is full'] });
    browser = await startBrowser(chromium.path!);
  }, LIMIT_MS);
  afterAll(async () => {
    await browser?.close();
    await halfspace?.stop();
  });
  beforeEach(async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    return () => context.close();
  });

  const open = async (address: string) => {
    await page.goto(`${halfspace.addresses.rest}/#/${address}`);
    await page.locator('main').waitFor();
  };
  const hasFocus = async (target: Locator) => (await target.and(page.locator(':focus')).count()) === 1;

  /** Presses until the target has the focus; on the way there each stop has to be seen. */
  const walkTo = async (target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> => {
    for (let i = 0; i < PRESSES_MAX; i++) {
      await page.keyboard.press(key);
      expect(await page.evaluate<string[]>(FOCUS_FAULTS)).toEqual([]);
      if (await hasFocus(target)) return;
    }
    throw new Error(`${PRESSES_MAX} times ${key} do not lead there`);
  };

  test(
    'each view is reached from the top, forwards and back; the first stop leads past the top',
    async () => {
      await open('live');
      const views = page.getByRole('navigation', { name: 'Views' });
      await walkTo(page.getByRole('link', { name: 'Skip to content' }));
      await page.keyboard.press('Enter');
      await expect.poll(() => hasFocus(page.locator('main'))).toBe(true);
      await walkTo(views.getByRole('link', { name: 'Status' }), 'Shift+Tab');
      for (const [key, titles] of [
        ['Shift+Tab', TITLES.toReversed().slice(1)],
        ['Tab', TITLES.slice(1)],
      ] as const) {
        for (const title of titles) {
          const link = views.getByRole('link', { name: title, exact: true });
          await walkTo(link, key);
          await page.keyboard.press('Enter');
          await expect.poll(() => page.title()).toBe(`${title} · Halfspace`);
          expect(await hasFocus(link)).toBe(true);
        }
      }
    },
    LIMIT_MS,
  );

  test.each(TITLES.map((title) => title.toLowerCase()))(
    '%s: every stop is seen on a low screen, to the end and back',
    async (view) => {
      await page.setViewportSize({ width: 1280, height: 480 });
      await open(`${view}?source=otlp&window=1h&a=2h&b=1h`);
      await page.locator('.panel').first().waitFor();
      await page.locator('progress').waitFor({ state: 'detached' });
      const [first, last] = ['Skip to content', 'Status'].map((name) => page.getByRole('link', { name, exact: true }));
      await walkTo(last!);
      await walkTo(first!);
      await walkTo(last!, 'Shift+Tab');
      expect(await page.evaluate(FOCUS_FAULTS)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'the window form is filled in and sent, and keeps the focus',
    async () => {
      await open('templates');
      const [source, kind, length] = ['Source', 'Window', 'Length'].map((name) =>
        page.getByRole('combobox', { name, exact: true }),
      );
      await expect.poll(() => source!.locator('option').count()).toBeGreaterThan(1);
      await walkTo(source!);
      await walkTo(kind!);
      await page.keyboard.press('ArrowDown');
      const start = page.getByLabel('Start', { exact: true });
      await start.waitFor();
      await walkTo(start);
      await walkTo(kind!, 'Shift+Tab');
      await page.keyboard.press('ArrowUp');
      await length!.waitFor();
      await walkTo(length!);
      await page.keyboard.press('ArrowUp');
      const show = page.getByRole('button', { name: 'Show', exact: true });
      await walkTo(show);
      await page.keyboard.press('Enter');
      await expect.poll(() => page.url()).toContain('source=otlp&window=1h');
      await page.getByLabel('Templates, table').waitFor();
      await expect.poll(() => hasFocus(show)).toBe(true);
      await walkTo(length!, 'Shift+Tab');
      expect(await length!.inputValue()).toBe('1h');
    },
    LIMIT_MS,
  );

  test.each([
    ['templates', 'Templates, table'],
    ['map', 'Templates of the map, table'],
    ['compare', 'Compared templates, table'],
  ])(
    '%s: a template is opened, read and closed, and the focus is where it was',
    async (view, label) => {
      await open(`${view}?source=otlp&${view === 'compare' ? 'a=2h&b=1h' : 'window=1h'}`);
      const panel = page.getByLabel('Template', { exact: true });
      const close = panel.getByRole('button', { name: 'Close' });
      await page.getByLabel(label).waitFor();
      const row = page.getByLabel(label).getByRole('button', { name: /^disk/ });
      if (view !== 'templates') {
        await walkTo(page.getByRole('img', { name: /^Map of/ }));
        for (const key of ['ArrowRight', 'ArrowUp']) await page.keyboard.press(key);
      }
      await walkTo(row);
      for (const [opens, closes] of [
        ['Enter', 'Escape'],
        ['Space', 'Enter'],
      ] as const) {
        await page.keyboard.press(opens);
        await panel.waitFor();
        await expect.poll(() => hasFocus(close)).toBe(true);
        expect(await page.evaluate(FOCUS_FAULTS)).toEqual([]);
        await walkTo(view === 'compare' ? panel.getByRole('link').last() : panel.getByLabel('Query language'));
        await walkTo(close, 'Shift+Tab');
        await page.keyboard.press(closes);
        await panel.waitFor({ state: 'detached' });
        await expect.poll(() => hasFocus(row)).toBe(true);
        expect(await page.evaluate(FOCUS_FAULTS)).toEqual([]);
      }
    },
    LIMIT_MS,
  );

  test(
    'the form of Compare is sent, has the times of the address, and keeps the focus',
    async () => {
      await open('compare');
      await expect.poll(() => page.getByLabel('Source').locator('option').count()).toBeGreaterThan(1);
      const before = page.getByLabel('Before (A)');
      await walkTo(before);
      await page.keyboard.press('End');
      const start = page.getByLabel('Start of A');
      await start.waitFor();
      const asked = await start.inputValue();
      const compare = page.getByRole('button', { name: 'Compare', exact: true });
      await walkTo(compare);
      await page.keyboard.press('Enter');
      await page.getByLabel('Compared templates, table').waitFor();
      expect(await hasFocus(compare)).toBe(true);
      await open('compare?source=otlp&a=2026-05-04T08:00:00Z/2026-05-04T09:00:00Z&b=6h');
      await expect.poll(() => page.getByLabel('After (B)').inputValue()).toBe('6h');
      expect(await start.inputValue()).not.toBe(asked);
      await open('compare?source=otlp&a=3h&b=1h');
      await expect.poll(() => before.inputValue()).toBe('3h');
      await start.waitFor({ state: 'detached' });
    },
    LIMIT_MS,
  );

  test(
    'Escape clears the search, and only then closes the template beside it',
    async () => {
      await open('templates?source=otlp&window=1h');
      const search = page.getByPlaceholder('Search templates');
      await search.fill('disk');
      await page.getByRole('button', { name: /^disk/ }).click();
      const panel = page.getByLabel('Template', { exact: true });
      await panel.waitFor();
      await search.focus();
      await page.keyboard.press('Escape');
      await expect.poll(() => search.inputValue()).toBe('');
      expect(await panel.count()).toBe(1);
      await page.keyboard.press('Escape');
      await panel.waitFor({ state: 'detached' });
    },
    LIMIT_MS,
  );

  test(
    'the live tail is paused and goes on',
    async () => {
      await open('live');
      await page.getByLabel('Anomalies, newest first').getByText('disk').first().waitFor();
      const pause = page.getByRole('button', { name: /^Pause/ });
      await walkTo(pause);
      await page.keyboard.press('Space');
      await page.getByRole('button', { name: 'Paused, 0 new', pressed: true }).waitFor();
      await deliver({ service: 'search', severityNumber: ERROR, messages: ['index shard 4711 is corrupt'] });
      await page.getByRole('button', { name: /^Paused, [1-9]/ }).waitFor();
      expect(await hasFocus(pause)).toBe(true);
      await page.keyboard.press('Enter');
      await page.getByLabel('Anomalies, newest first').getByText('index shard 4711').first().waitFor();
      expect(await pause.textContent()).toBe('Pause');
    },
    LIMIT_MS,
  );
});
