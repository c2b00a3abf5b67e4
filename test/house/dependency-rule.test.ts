import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dependencyViolations } from './dependency-rule.ts';

test('src keeps the dependency rule', () => {
  expect(dependencyViolations(fileURLToPath(new URL('../../src', import.meta.url)))).toEqual([]);
});

describe('the rule names a seeded breach:', () => {
  let src: string;
  beforeEach(() => {
    src = mkdtempSync(join(tmpdir(), 'halfspace-rule-'));
  });
  afterEach(() => rmSync(src, { recursive: true }));

  test.each([
    ['mine/a.ts', "import { x } from '../score/x.ts';", 'mine/a.ts: mine must not import score (../score/x.ts)'],
    [
      'mine/a.ts',
      "import type { X } from '../live/x.ts';",
      'mine/a.ts: mine must not import types of live (../live/x.ts)',
    ],
    [
      'cluster/a.ts',
      "import { hash } from 'node:crypto';",
      'cluster/a.ts: cluster is pure, it must not import node:crypto',
    ],
    ['decode/a.ts', "import pb from 'protobufjs';", 'decode/a.ts: decode is pure, it must not import protobufjs'],
    ['score/a.ts', 'const now = Date.now();', 'score/a.ts: score is pure, it must not use Date.now'],
    ['score/a.ts', 'const r = Math.random();', 'score/a.ts: score is pure, it must not use Math.random'],
    ['serve/a.ts', "import {\n  x,\n} from '../live/x.ts';", 'serve/a.ts: serve must not import live (../live/x.ts)'],
    ['live/a.ts', "import { x } from '../receive/x.ts';", 'live/a.ts: live must not import receive (../receive/x.ts)'],
    ['live/a.ts', "const x = await import('../serve/x.ts');", 'live/a.ts: live must not import serve (../serve/x.ts)'],
    [
      'receive/a.ts',
      "export { x } from '../halfspace.ts';",
      'receive/a.ts: receive must not import the top (../halfspace.ts)',
    ],
    [
      'serve/a.ts',
      "const p = process.env['PORT'];",
      'serve/a.ts: only config reads the environment (halfspace.ts hands it over)',
    ],
    ['extra/a.ts', "import { x } from '../domain/x.ts';", 'extra/a.ts: folder extra is not in the dependency rule'],
  ])('%s: %s', (file, code, sentence) => {
    write(file, code);
    expect(dependencyViolations(src)).toEqual([sentence]);
  });

  test('a cycle of files', () => {
    write('live/a.ts', "import { b } from './b.ts';");
    write('live/b.ts', "import { a } from './a.ts';");
    expect(dependencyViolations(src)).toEqual(['cycle: live/a.ts -> live/b.ts -> live/a.ts']);
  });

  test('and no breach in what is allowed', () => {
    write('score/a.ts', "// Date.now is not used\nimport { x } from '../mine/x.ts';\nimport { y } from './y.ts';");
    write('live/a.ts', "import type { LogIntake } from '../receive/log-intake.ts';\nimport { join } from 'node:path';");
    write('live/b.ts', "import type { A } from './c.ts';");
    write('live/c.ts', "import { b } from './b.ts';");
    write('run-service.ts', "import { x } from './live/a.ts';");
    expect(dependencyViolations(src)).toEqual([]);
  });

  function write(file: string, code: string): void {
    mkdirSync(dirname(join(src, file)), { recursive: true });
    writeFileSync(join(src, file), code);
  }
});
