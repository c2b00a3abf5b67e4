import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { ProcessUse } from './run-measured.ts';

const ENTRY = fileURLToPath(new URL('../../bin/halfspace.mjs', import.meta.url));
const REPORT = new URL('ours/report-use.mjs', import.meta.url).href;

/** Runs `halfspace` as its users do, from its start to its end; `onLine` gets the lines that it writes. */
export async function measureCommand(
  args: string[],
  onLine: (line: string) => void,
): Promise<ProcessUse & { wallSeconds: number }> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--import', REPORT, ENTRY, ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  createInterface({ input: child.stdout! }).on('line', onLine);
  const [report, [code]] = await Promise.all([
    text(child.stdio[3] as Readable),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`halfspace ${args[0]} ended with ${code}`);
  return { ...(JSON.parse(report) as ProcessUse), wallSeconds: (performance.now() - startedMs) / 1000 };
}
