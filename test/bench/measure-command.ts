import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ProcessUse } from './run-measured.ts';

const REPORT = new URL('ours/report-use.mjs', import.meta.url).href;

/** Runs a command as its users do; answers the seconds from its start to its end. `onLine` gets the lines that it writes. */
export async function timeCommand(args: readonly string[], onLine: (line: string) => void): Promise<number> {
  const startedMs = performance.now();
  await run(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }), args, onLine);
  return (performance.now() - startedMs) / 1000;
}

/** What it costs: with a module loaded before it that reports that, which makes its start, and that of its threads, longer. */
export async function measureCommand(args: readonly string[]): Promise<ProcessUse> {
  const child = spawn(process.execPath, ['--import', REPORT, ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const [report] = await Promise.all([text(child.stdio[3] as Readable), run(child, args, () => {})]);
  return JSON.parse(report) as ProcessUse;
}

async function run(child: ChildProcess, args: readonly string[], onLine: (line: string) => void): Promise<void> {
  createInterface({ input: child.stdout! }).on('line', onLine);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
}
