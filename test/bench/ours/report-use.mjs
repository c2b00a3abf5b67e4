import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const REPORT_FD = 3;

// Plain JavaScript: Node loads what strips types only for what has some, and that is not the program's cost.
/** Loaded before a program by `node --import`: when it ends, writes what all of it has cost to descriptor 3. */
if (isMainThread) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    writeSync(
      REPORT_FD,
      JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakRssMiB: maxRSS / 1024 }),
    );
  });
}
