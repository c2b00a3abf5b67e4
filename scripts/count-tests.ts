export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Counts of vitest's JSON report and its exit code. */
export function countTests(json: string, exitCode: number): TestCounts {
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

interface VitestReport {
  numPassedTests?: number;
  numFailedTests?: number;
  numPendingTests?: number;
  numTodoTests?: number;
  testResults?: { status: string; assertionResults: unknown[] }[];
}
