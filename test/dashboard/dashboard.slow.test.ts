import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startHalfspace } from '../e2e/halfspace.ts';
import type { RunningHalfspace } from '../e2e/halfspace.ts';
import { encodeLogs, ERROR, messages } from '../e2e/otlp-client.ts';
import type { Logs } from '../e2e/otlp-client.ts';
import { accessibilityFaults, buildDashboard, startBrowser } from '../parts/browser.ts';
import { usePart } from '../parts/part.ts';

const VIEWS = ['live', 'map', 'templates', 'compare', 'windows', 'setup', 'status'];
const HOSTILE = `</script><script>document.title='owned'</script><img src=x onerror=alert(1)> ${'very long '.repeat(1000)}`;
const chromium = await usePart('chromium');

async function deliver({ addresses }: RunningHalfspace, ...logs: Logs[]): Promise<void> {
  const headers = { 'content-type': 'application/x-protobuf' };
  const { ok } = await fetch(addresses.otlp_http, {
    method: 'POST',
    headers,
    body: new Uint8Array(encodeLogs(...logs)),
  });
  expect(ok).toBe(true);
}

describe.skipIf(chromium.missing !== undefined)('the dashboard in a browser', () => {
  let browser: Browser;
  let page: Page;
  /** What the page complained of: scripts that fail, policies that are broken, files that are missing. */
  let complaints: string[];

  beforeAll(async () => {
    buildDashboard();
    browser = await startBrowser(chromium.path!);
  }, 120_000);
  afterAll(() => browser?.close());
  beforeEach(async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
    page = await context.newPage();
    complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    return () => context.close();
  });

  const open = async (halfspace: RunningHalfspace, address: string) => {
    await page.goto(`${halfspace.addresses.rest}/#/${address}`);
  };

  describe('of a service that has logs', () => {
    let halfspace: RunningHalfspace;

    beforeAll(async () => {
      halfspace = await startHalfspace();
      const usual = messages(1500, (i) => `request ${i} of user${i % 7} served in ${i % 90} ms`);
      for (let i = 0; i < 3; i++) {
        await deliver(halfspace, { service: 'checkout', messages: usual }, { service: 'search', messages: usual });
      }
      const odd = ['=cmd|calc was asked for', HOSTILE, 'disk 17 of rack 4711 is full'];
      await deliver(halfspace, { service: 'checkout', severityNumber: ERROR, messages: odd });
    }, 60_000);
    afterAll(() => halfspace.stop());

    test.each(VIEWS)('%s: nothing is wrong for axe, light or dark, and a phone is wide enough', async (view) => {
      const query = view === 'compare' ? '?source=otlp&a=2h&b=1h' : '?source=otlp&window=1h';
      await open(halfspace, `${view}${query}`);
      await page.locator('.panel').first().waitFor();
      await page.locator('progress').waitFor({ state: 'detached' });
      for (const theme of ['light', 'dark']) {
        if ((await page.locator('html').getAttribute('data-theme')) !== theme) {
          await page.getByRole('button', { name: `Show in ${theme} colours` }).click();
        }
        expect(await accessibilityFaults(page)).toEqual([]);
      }
      await page.setViewportSize({ width: 360, height: 740 });
      const [needed, given] = await page.evaluate<[number, number]>(
        '[document.documentElement.scrollWidth, window.innerWidth]',
      );
      expect(needed).toBeLessThanOrEqual(given);
      expect(complaints).toEqual([]);
    });

    test('live: the services, the anomaly in words, its incident; hostile text is text; a pause holds new ones back', async () => {
      await open(halfspace, 'live');
      await page.getByRole('link', { name: 'checkout' }).first().waitFor();
      const tail = page.getByLabel('Anomalies, newest first');
      await tail.getByText('=cmd|calc was asked for').first().waitFor();
      await page.getByText('template was seen in checkout').or(page.getByText('new in checkout')).first().waitFor();
      await page.getByLabel('Incidents').locator('summary').first().waitFor();
      expect(await page.title()).toBe('Live · Halfspace');
      await page.getByRole('button', { name: 'Pause' }).click();
      await deliver(halfspace, { service: 'search', severityNumber: ERROR, messages: ['index shard 4711 is corrupt'] });
      await page.getByRole('button', { name: /^Paused, [1-9]/ }).click();
      await tail.getByText('index shard 4711 is corrupt').first().waitFor();
      expect(complaints).toEqual([]);
    });

    test.each([360, 1280])('at %i px axe finds nothing in what is unfolded either', async (width) => {
      const unfoldAll = async (label: string) => {
        const folded = page.getByLabel(label, { exact: true }).locator('summary');
        await folded.first().waitFor();
        for (const one of await folded.all()) await one.click();
      };
      await page.setViewportSize({ width, height: 740 });
      await open(halfspace, 'live');
      await unfoldAll('Incidents');
      expect(await accessibilityFaults(page)).toEqual([]);
      for (const name of [/very long/, /^request/]) {
        await open(halfspace, 'map?source=otlp&window=1h');
        await page.getByRole('button', { name }).first().click();
        await page.getByLabel('Template', { exact: true }).waitFor();
        expect(await accessibilityFaults(page)).toEqual([]);
      }
      await open(halfspace, 'setup');
      await unfoldAll('Sources');
      expect(await accessibilityFaults(page)).toEqual([]);
    });

    test('live: says that nothing was out of place only once that is known', async () => {
      const answer = Promise.withResolvers<void>();
      await page.route('**/anomalies/stream*', async (route) => {
        await answer.promise;
        await route.continue();
      });
      await open(halfspace, 'live');
      await page.getByText('Waiting for the first answer').waitFor();
      expect(await page.getByText('Nothing has been out of place').count()).toBe(0);
      answer.resolve();
      const anomalies = page.getByRole('list', { name: 'Anomalies, newest first' });
      await anomalies.getByRole('listitem').first().waitFor();
      await page.getByLabel('Reason').selectOption('rate_drop');
      await page.getByText('None for that reason').waitFor();
      expect(await anomalies.getByRole('listitem').count()).toBe(0);
    });

    test('a phone has room for the services with their anomalies, and for whole names', async () => {
      await page.setViewportSize({ width: 360, height: 740 });
      await open(halfspace, 'live');
      const name = page.getByLabel('Services, table').getByRole('link', { name: 'checkout' });
      await name.waitFor();
      const beyond = `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.services'))`;
      expect(await page.evaluate<number>(beyond)).toBe(0);
      expect((await name.boundingBox())!.height).toBeLessThan(24);
    });

    test.each([360, 1280])(
      'at %i px all rows of templates are of the height that scrolling counts with',
      async (width) => {
        await page.setViewportSize({ width, height: 740 });
        await open(halfspace, 'templates?source=otlp&window=1h');
        await page.getByRole('button', { name: /^disk/ }).click();
        await page.getByLabel('Template', { exact: true }).waitFor();
        const heights = `[...new Set(Array.from(document.querySelectorAll('.long-table tbody tr'), (row) => row.offsetHeight))]`;
        expect(await page.evaluate(heights)).toEqual([40]);
      },
    );

    test('incident: at an address of its own, with what was said; marked as expected, and not any more', async () => {
      await open(halfspace, 'live');
      await page.getByLabel('Incidents').locator('summary').filter({ hasText: 'checkout' }).first().click();
      await page.getByRole('link', { name: 'All of this incident' }).first().click();
      await page.getByRole('heading', { name: 'Incident in checkout' }).waitFor();
      expect(page.url()).toMatch(/#\/incident\?id=[0-9a-f]{16}$/);
      await page.getByLabel('What was said').getByText('=cmd|calc was asked for').waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.getByRole('button', { name: 'Expected' }).click();
      await page.getByText('they are learnt and stay quiet').waitFor();
      expect((await halfspace.get('/feedback')) as { feedback: unknown[] }).toHaveProperty(
        'feedback.0.mark',
        'expected',
      );
      await page.getByRole('button', { name: 'Take it back' }).click();
      await page.getByText('tell me of each of its lines').waitFor();
      expect(await halfspace.get('/feedback')).toEqual({ feedback: [] });
      await open(halfspace, 'incident?id=ffffffffffffffff');
      await page.getByRole('alert').getByText('404').waitFor();
      await open(halfspace, 'incident');
      await page.getByText('The address names no incident').waitFor();
      expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
    });

    test('an address that names no page says so, and leads to the live view', async () => {
      await open(halfspace, 'nonsense');
      await page.getByText('The address names no page').waitFor();
      expect(await page.title()).toBe('No such page · Halfspace');
      expect(await page.locator('nav [aria-current]').count()).toBe(0);
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.getByRole('link', { name: 'To the live view' }).click();
      await page.getByText('The last hour of all services').waitFor();
      expect(complaints).toEqual([]);
    });

    test('setup: nothing is wrong for axe while the ports are not known yet', async () => {
      await page.route('**/status', () => {});
      await open(halfspace, 'setup');
      await page.getByLabel('Configuration of the OpenTelemetry Collector').waitFor({ state: 'attached' });
      expect(await accessibilityFaults(page)).toEqual([]);
    });

    test('setup: what the Collector needs has the ports of this very service; status: how its parts are', async () => {
      await open(halfspace, 'setup');
      const { host } = new URL(`http://${halfspace.addresses.otlp_grpc}`);
      const snippet = page.getByLabel('Configuration of the OpenTelemetry Collector');
      await snippet.getByText(`endpoint: "${host}"`).waitFor();
      await open(halfspace, 'status');
      await page.getByText('All parts are well.').waitFor();
      await page.getByText('DATA_DIR is not set').waitFor();
      expect(complaints).toEqual([]);
    });

    test('templates: searched, narrowed down, looked at, taken along', async () => {
      await open(halfspace, 'templates?source=otlp&window=1h');
      await page.getByPlaceholder('Search templates').fill('disk');
      await page.getByRole('button', { name: /^disk/ }).click();
      const panel = page.getByLabel('Template', { exact: true });
      expect(await panel.locator('mark').count()).toBeGreaterThan(0);
      await panel.getByLabel('Query language').selectOption('clickhouse');
      expect(await panel.getByLabel('Query for these lines').textContent()).toContain("ServiceName = 'checkout'");
      await page.getByPlaceholder('Search templates').fill('');
      const saved = page.waitForEvent('download');
      await page.getByRole('button', { name: 'CSV' }).click();
      const csv = readFileSync(await (await saved).path(), 'utf8');
      expect(csv.split('\r\n')[0]).toBe(
        'service,template,rows,stands_apart,score,first_seen,last_seen,levels,fingerprint',
      );
      expect(csv).toContain("checkout,'=cmd");
      expect(complaints).toEqual([]);
    });

    test('map: keys zoom it, its table leads to a template, the address to the same one', async () => {
      await open(halfspace, 'map?source=otlp&window=1h');
      await page.getByRole('img', { name: /^Map of \d+ templates/ }).press('+');
      await page.getByRole('button', { name: /^disk/ }).click();
      await page.getByLabel('Template', { exact: true }).waitFor();
      expect(page.url()).toMatch(/template=[0-9a-f]{16}/);
      await page.reload();
      await page.getByLabel('Template', { exact: true }).getByText('disk').first().waitFor();
      await page.keyboard.press('Escape');
      await page.getByLabel('Template', { exact: true }).waitFor({ state: 'detached' });
      expect(page.url()).not.toContain('template=');
      expect(complaints).toEqual([]);
    });

    test('compare: what is new can be shown alone', async () => {
      await open(halfspace, 'compare');
      await page.getByRole('button', { name: 'Compare' }).click();
      await page.getByRole('button', { name: /\d+ new$/ }).click();
      await page.getByLabel('Compared templates, table').getByText('new').first().waitFor();
      await page.getByRole('button', { name: /^disk/ }).click();
      const panel = page.getByLabel('Template', { exact: true });
      expect(await panel.locator('mark').count()).toBeGreaterThan(0);
      expect(await accessibilityFaults(page)).toEqual([]);
      await panel.getByRole('link', { name: 'Look at it in B' }).click();
      await page.getByLabel('Template', { exact: true }).getByLabel('Sample lines').getByText('rack').waitFor();
      expect(complaints).toEqual([]);
    });

    test('windows: one is chosen and shown; a source that is not configured says what it needs', async () => {
      await open(halfspace, 'windows');
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await page.getByRole('link', { name: 'On the map' }).waitFor();
      expect(page.url()).toMatch(/windows\?source=otlp&window=6h$/);
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByRole('button', { name: 'Copy link' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      const link = await page.evaluate<string>('navigator.clipboard.readText()');
      expect(link).toMatch(/#\/windows\?source=otlp&start=20[^&]+&end=20/);
      await page.goto('about:blank');
      await page.goto(link);
      await page.getByRole('link', { name: 'On the map' }).waitFor();
      expect(await page.getByRole('combobox', { name: 'Window', exact: true }).inputValue()).toBe('absolute');
      await page.getByLabel('Source').selectOption('loki');
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      expect(await page.getByRole('alert').first().textContent()).toMatch(/^400 .*LOKI_URL/);
    });

    test.each(['map', 'templates', 'windows'])('%s: the form has what the address says', async (view) => {
      await open(halfspace, `${view}?source=loki&window=24h`);
      await expect.poll(() => page.getByLabel('Source').locator('option').count()).toBeGreaterThan(1);
      expect(await page.getByLabel('Source').inputValue()).toBe('loki');
      expect(await page.getByLabel('Length').inputValue()).toBe('24h');
      await page.getByRole('link', { name: 'Live', exact: true }).click();
      await open(halfspace, view);
      await expect.poll(() => page.getByLabel('Source').inputValue()).toBe('otlp');
      expect(await page.getByLabel('Length').inputValue()).toBe('6h');
    });

    test('all of this was never told to wait for the limits of REST calls', async () => {
      expect(await halfspace.metric('halfspace_rest_rate_limited_total')).toBe(0);
    });
  });

  test('an empty start: a comparison of nothing says so', async () => {
    const halfspace = await startHalfspace();
    try {
      await open(halfspace, 'compare?source=otlp&a=2h&b=1h');
      await page.getByText('Both windows are empty').waitFor();
      expect(await page.locator('canvas').count()).toBe(0);
    } finally {
      await halfspace.stop();
    }
  });

  test('an empty start says how to begin, and the light turns green with the first record', async () => {
    const halfspace = await startHalfspace();
    try {
      await open(halfspace, 'live');
      await page.getByRole('link', { name: 'Show me how' }).click();
      await page.getByText('Nothing has arrived yet').waitFor();
      await deliver(halfspace, { service: 'first', messages: ['hello'] });
      await page.getByText(/^Logs arrive: 1 lines? of 1 services?/).waitFor();
      expect(complaints).toEqual([]);
    } finally {
      await halfspace.stop();
    }
  });

  test('with a signing secret it asks for it, and keeps it for the tab', async () => {
    const halfspace = await startHalfspace({ SIGNING_SECRET: 'gehe1m-gehe1m' });
    try {
      await open(halfspace, 'setup');
      await page.getByRole('textbox', { name: 'Secret' }).press('Escape');
      await page.getByRole('button', { name: 'Enter it' }).first().click();
      await page.getByRole('textbox', { name: 'Secret' }).fill('wrong');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('That is not the secret').waitFor();
      await page.getByRole('textbox', { name: 'Secret' }).fill('gehe1m-gehe1m');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('Nothing has arrived yet').waitFor();
      expect(await page.evaluate('localStorage.length + document.cookie.length')).toBe(0);
    } finally {
      await halfspace.stop();
    }
  });

  test('a service that goes away is told, and one that comes back is followed', async () => {
    const first = await startHalfspace();
    const port = new URL(first.addresses.rest).port;
    await open(first, 'live');
    await page.getByText('live', { exact: true }).waitFor();
    await first.kill();
    await page.getByText('connecting', { exact: true }).waitFor();
    await page.getByText('The service does not answer').first().waitFor();
    const second = await startHalfspace({ REST_PORT: port });
    onTestFinished(async () => void (await second.stop()));
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByText('The service does not answer').first().waitFor({ state: 'detached' });
    expect(await page.getByRole('alert').count()).toBe(0);
  }, 60_000);
});
