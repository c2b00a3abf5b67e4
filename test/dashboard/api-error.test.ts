import { expect, test } from 'vitest';
import { errorOf } from '../../src/dashboard/api/api-error.ts';

test.each([400, 401, 403, 404, 413, 429, 502, 503, 504])(
  '%i of a proxy is told in words, and not as its page',
  (status) => {
    const { message, code } = errorOf(status, '<html><h1>nginx</h1></html>');
    expect(message).toMatch(/^(What stands before|There is no such page)/);
    expect(message).not.toContain('nginx');
    expect(code).toBe('unknown');
  },
);

test('a status that is nobody’s is told as it is, and a problem in its own words', () => {
  expect(errorOf(418, 'short and stout').message).toBe('The service answered with status 418.');
  const problem = { title: 'Too many calls', detail: 'wait 3 s', code: 'too_many_calls' };
  expect(errorOf(429, JSON.stringify(problem))).toMatchObject({ status: 429, code: problem.code, message: 'wait 3 s' });
});
