import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import './require-node24.mjs';

/**
 * `npm test`: every gate, then every test. A gate that fails does not keep the others from being seen.
 * The last line counts tests; a failed gate counts as one failure.
 */
const GATES: [name: string, program: string, args: string[]][] = [
  ['lint', 'oxlint', ['--type-aware', '--deny-warnings', 'src', 'test', 'scripts']],
  ['format', 'oxfmt', ['--check']],
  ['types', 'tsc', ['-p', '.']],
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

async function runTests(): Promise<{ passed: number; failed: number; skipped: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'halfspace-test-'));
  try {
    const report = join(folder, 'report.json');
    const code = await run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
    return countTests(await readFile(report, 'utf8').catch(() => '{}'), code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface VitestReport {
  numPassedTests?: number;
  numFailedTests?: number;
  numPendingTests?: number;
  numTodoTests?: number;
  testResults?: { status: string; assertionResults: unknown[] }[];
}

function countTests(json: string, exitCode: number): { passed: number; failed: number; skipped: number } {
  const report = JSON.parse(json) as VitestReport;
  const files = report.testResults ?? [];
  // A file that could not be loaded has no test of its own to count.
  const brokenFiles = files.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  const failedTests = (report.numFailedTests ?? 0) + brokenFiles;
  return {
    passed: report.numPassedTests ?? 0,
    // An unhandled rejection outside any test shows in the exit code alone.
    failed: exitCode !== 0 ? Math.max(1, failedTests) : failedTests,
    skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
  };
}

function run(program: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
