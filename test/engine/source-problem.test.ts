import { expect, test } from 'vitest';
import { asProblem } from '../../src/engine/source-problem.ts';
import { SourceError } from '../../src/sources/source-error.ts';
import type { SourceErrorCode } from '../../src/sources/source-error.ts';

test.each<[SourceErrorCode, string]>([
  ['configuration', 'source_not_configured'],
  ['source_not_found', 'source_not_readable'],
  ['source_not_a_file', 'source_not_readable'],
  ['source_permission_denied', 'source_not_readable'],
  ['unknown_format', 'source_not_readable'],
])('%s, which whoever asks can set right, is %s', async (code, problem) => {
  const failing = asProblem(() => Promise.reject(new SourceError(code, 'no such file')));
  await expect(failing).rejects.toMatchObject({ status: 400, code: problem, detail: 'no such file' });
});
