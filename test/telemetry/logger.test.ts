import { expect, test } from 'vitest';
import { createLogger } from '../../src/telemetry/logger.ts';
import type { LoggerOptions } from '../../src/telemetry/logger.ts';

function loggerInto(lines: string[], options: Partial<LoggerOptions> = {}) {
  return createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) }, ...options });
}

test('a line is JSON with an ISO time and a level by name', () => {
  const lines: string[] = [];
  loggerInto(lines).info({ port: 9020 }, 'REST listens');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/) as string,
    name: 'halfspace',
    port: 9020,
    msg: 'REST listens',
  });
});

test('lines below the level are not written', () => {
  const lines: string[] = [];
  const logger = loggerInto(lines, { level: 'error' });
  logger.warn('not this');
  logger.error('this');
  expect(lines).toHaveLength(1);
});

test('fields that hold secrets or the text of logs are struck out, one level deep too', () => {
  const lines: string[] = [];
  loggerInto(lines).info({
    credentials: { path: 'canary' },
    request: { headers: { authorization: 'canary' }, body: 'canary' },
    rows: ['canary'],
    config: { signingSecret: 'canary' },
  });
  expect(lines[0]).not.toContain('canary');
  expect(lines[0]).toContain('[redacted]');
});

test('a configured secret is struck out wherever it turns up', () => {
  const lines: string[] = [];
  const logger = loggerInto(lines, { secrets: new Set(['can"ary\\1', 'abc']) });
  logger.error({ err: new Error('refused can"ary\\1 at abc') }, 'got can"ary\\1');
  expect(lines[0]).not.toContain('ary');
  const line = JSON.parse(lines[0] ?? '') as { err: { message: string }; msg: string };
  expect(line.msg).toBe('got [redacted]');
  // Too short to be told from other text.
  expect(line.err.message).toBe('refused [redacted] at abc');
});

test('an error is told with its code, place and cause, without the values that hang on it', () => {
  const lines: string[] = [];
  const cause = Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: 'canary' });
  loggerInto(lines).error({ err: new Error('could not be sent', { cause }) }, 'failed');
  expect(lines[0]).not.toContain('canary');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    err: {
      type: 'Error',
      message: 'could not be sent',
      stack: expect.stringMatching(/^at .*logger\.test\.ts/) as string,
      cause: { type: 'TypeError', message: 'Invalid URL', code: 'ERR_INVALID_URL' },
    },
  });
});

test('an error that quotes what it could not read is told by its kind and place', () => {
  const lines: string[] = [];
  try {
    JSON.parse('{"a": canary-canary}');
  } catch (error) {
    loggerInto(lines).error({ err: error }, 'failed');
  }
  expect(lines[0]).not.toContain('canary');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    err: { type: 'SyntaxError', message: 'SyntaxError', stack: expect.stringMatching(/^at JSON\.parse/) as string },
  });
});
