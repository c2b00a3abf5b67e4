import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { areSameFiles, lookAtSecretFiles } from '../../src/config/secret-files.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'halfspace-secrets-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

function refusalOf(env: Record<string, string>): string {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

test('secrets stand in files, with white space around them, and tokens a line each', () => {
  const config = loadConfig({
    SIGNING_SECRET_FILE: fileOf('secret', 'open sesame\n'),
    OTLP_BEARER_TOKENS_FILE: fileOf('tokens', 'token-one\r\n\ntoken-two, token-three\n'),
    LOKI_API_KEY_FILE: fileOf('loki', 'of-loki'),
  });
  expect(config.security.signingSecret).toBe('open sesame');
  expect(config.security.bearerTokens).toEqual(['token-one', 'token-two', 'token-three']);
  expect(config.sources.get('loki')?.get('api_key')).toBe('of-loki');
  expect(config.warnings).toEqual([]);
});

test('what is no secret stands in no file', () => {
  expect(loadConfig({ SHARDS_FILE: fileOf('shards', '7') }, undefined, 3).live.shards).toBe(2);
});

test.each([
  [
    'both',
    () => ({ SIGNING_SECRET: 'one', SIGNING_SECRET_FILE: fileOf('two', 'two') }),
    'SIGNING_SECRET and SIGNING_SECRET_FILE are both set; allowed: one of them',
  ],
  [
    'a file that is not there',
    () => ({ SIGNING_SECRET_FILE: '/nowhere/secret' }),
    'SIGNING_SECRET_FILE names /nowhere/secret, which cannot be read (ENOENT)',
  ],
  ['a folder', () => ({ SIGNING_SECRET_FILE: folder }), 'which cannot be read (EISDIR)'],
  [
    'an empty file',
    () => ({ SIGNING_SECRET_FILE: fileOf('empty', ' \n') }),
    'which is empty; allowed: a file with SIGNING_SECRET in it',
  ],
  [
    'a large file',
    () => ({ SIGNING_SECRET_FILE: fileOf('large', 'x'.repeat(64 * 1024 + 1)) }),
    'which has more than 65536 characters',
  ],
  [
    'what is not allowed',
    () => ({ SIGNING_SECRET_FILE: fileOf('hush', 'hush\u0007hush') }),
    'SIGNING_SECRET has a value that is not allowed',
  ],
])('%s: refused, without what is secret', (_what, env, sentence) => {
  const refusal = refusalOf(env());
  expect(refusal).toContain(sentence);
  expect(refusal).not.toMatch(/hush|xxx/);
});

test('a file is another when its content is, or when it cannot be read any more', () => {
  const file = fileOf('followed', 'first');
  const { secretFiles } = loadConfig({ SIGNING_SECRET_FILE: file });
  const isSame = () => areSameFiles(lookAtSecretFiles(secretFiles), secretFiles);
  expect([...secretFiles.keys()]).toEqual([file]);
  expect(JSON.stringify([...secretFiles])).not.toContain('first');
  writeFileSync(file, 'first\n');
  expect(isSame(), 'white space around it is not of the secret').toBe(true);
  writeFileSync(file, 'other');
  expect(isSame()).toBe(false);
  rmSync(file);
  expect(isSame()).toBe(false);
  expect(loadConfig({}).secretFiles.size).toBe(0);
});
