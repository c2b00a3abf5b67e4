import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTests } from './count-tests.ts';
import type { TestCounts } from './count-tests.ts';
import './require-node24.mjs';

/**
 * `npm test`: every gate, then every test. A gate that fails does not keep the others from being seen.
 * The last line counts tests; a failed gate counts as one failure.
 */
const GATES: [name: string, program: string, args: string[]][] = [
  ['lint', 'oxlint', ['--type-aware', '--deny-warnings', 'src', 'test', 'scripts']],
  ['format', 'oxfmt', ['--check']],
  ['types', 'tsc', ['-p', '.']],
  ['types of the dashboard', 'tsc', ['-p', 'src/dashboard']],
  ['dead code', 'knip', ['--no-progress']],
];

const failedGates: string[] = [];
for (const [name, program, args] of GATES) {
  const code = await run(program, args);
  console.log(`${name}: ${code === 0 ? 'ok' : 'FAILED'} (${program} ${args.join(' ')})`);
  if (code !== 0) failedGates.push(name);
}

const counts = await runTests();
const failed = counts.failed + failedGates.length;
if (failedGates.length > 0) console.log(`Gates that failed: ${failedGates.join(', ')}`);
console.log(`${counts.passed} passed, ${failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;

async function runTests(): Promise<TestCounts> {
  const folder = await mkdtemp(join(tmpdir(), 'halfspace-test-'));
  try {
    const report = join(folder, 'report.json');
    const code = await run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
    return countTests(await readFile(report, 'utf8').catch(() => '{}'), code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(program: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
