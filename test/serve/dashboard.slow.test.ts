import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startFixture } from './rest-fixture.ts';

/** A folder as the build leaves it. */
function builtFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-dashboard-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Halfspace</title>');
  writeFileSync(join(folder, 'assets/index-abc.js'), 'export {};');
  writeFileSync(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(folder, '.sources'), 'not for readers');
  return folder;
}

async function start(over: Parameters<typeof startFixture>[0] = {}) {
  const rest = await startFixture(over);
  onTestFinished(() => rest.server.stop(0));
  return rest;
}

test('GET / is the page, under a policy that lets nothing in from elsewhere', async () => {
  const { call } = await start({ dashboardFolder: builtFolder() });
  const page = await call('GET', '/');
  expect({ status: page.status, type: page.headers['content-type'] }).toEqual({
    status: 200,
    type: 'text/html; charset=utf-8',
  });
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
  expect(policy).not.toMatch(/unsafe|https?:/);
  expect(page.headers['cache-control']).toBe('no-cache');
  expect(page.headers['x-content-type-options']).toBe('nosniff');
});

test('files whose name tells their content may be kept for good', async () => {
  const { call } = await start({ dashboardFolder: builtFolder() });
  const script = await call('GET', '/assets/index-abc.js');
  expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(script.headers['content-type']).toMatch(/javascript/);
});

test.each([
  '/assets/%2e%2e/.sources',
  '/assets/none.js',
  '/.sources',
  '/index.htm',
  '/%2e%2e/package.json',
  '/assets/',
])('GET %s is no file of it', async (path) => {
  const { call } = await start({ dashboardFolder: builtFolder() });
  expect((await call('GET', path)).status).toBe(404);
});

test('S1: with a signing secret the page comes without it, and nothing else does', async () => {
  const { call } = await start({ dashboardFolder: builtFolder(), signingSecret: 'gehe1m' });
  for (const path of ['/', '/assets/index-abc.js', '/favicon.svg', '/docs', '/docs/static/swagger-ui.css']) {
    expect((await call('GET', path)).status).toBe(200);
  }
  for (const path of ['/services', '/docs/json', '/openapi.json', '/incidents', '/nothing']) {
    expect((await call('GET', path)).status).toBe(401);
  }
});

test('the API page asks for the secret where there is one', async () => {
  const { call } = await start({ signingSecret: 'gehe1m' });
  const page = await call('GET', '/docs');
  const script = await call('GET', '/docs/static/theme/ask-for-secret.js');
  expect(page.text).toContain('theme/ask-for-secret.js');
  expect(script.text).toContain('X-Signing-Secret');
  expect((await (await start()).call('GET', '/docs')).text).not.toContain('ask-for-secret');
});

test('where it was not built, a sentence says how it is', async () => {
  const { call } = await start({ dashboardFolder: join(tmpdir(), 'no-such-folder') });
  const { status, text } = await call('GET', '/');
  expect({ status, text }).toMatchObject({ status: 200, text: expect.stringContaining('npm run build:dashboard') });
});
