import { writeFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { writeProblem } from '../../src/cli/write-problem.ts';

test.skipIf(process.platform !== 'linux')(
  'a disk that is full is told in words, what is not known as the system does',
  () => {
    const thrownBy = (path: string): unknown => {
      try {
        writeFileSync(path, 'report');
      } catch (error) {
        return error;
      }
      return undefined;
    };
    expect(writeProblem(thrownBy('/dev/full'))).toBe('no room is left on its disk');
    expect(writeProblem(thrownBy('/proc/no-such/report'))).toMatch(/^ENOENT: /);
    expect(writeProblem('what')).toBe('what');
  },
);
