import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { part } from '../parts/part.ts';
import { runCommand } from '../parts/run-command.ts';
import type { Measured } from './measured.ts';

/** Runs one of our pieces (`ours/NAME.ts`) in a process of its own. */
export async function runOurs(name: string, args: (string | number)[]): Promise<Measured> {
  const script = fileURLToPath(new URL(`ours/${name}.ts`, import.meta.url));
  return readMeasured(await runCommand(process.execPath, [script, ...args.map(String)]));
}

/** Runs one of the Python peers (`peers/NAME.py`) with the published packages. */
export async function runPeer(name: string, args: (string | number)[]): Promise<Measured> {
  const script = fileURLToPath(new URL(`peers/${name}.py`, import.meta.url));
  const env = { PYTHONDONTWRITEBYTECODE: '1' };
  return readMeasured(await runCommand(await part('oracles'), [script, ...args.map(String)], { env }));
}

function readMeasured(text: string): Measured {
  return JSON.parse(text.trim().split('\n').at(-1) ?? '') as Measured;
}

/** Lines per CPU second. */
export function rateOf({ lines, cpuSeconds }: { lines: number; cpuSeconds: number }): number {
  return lines / cpuSeconds;
}

export interface ProcessUse {
  cpuSeconds: number;
  peakRssMiB: number;
}

/** What a whole process (all its threads) has used since it started, from Linux' /proc. */
export function processUse(pid: number): ProcessUse {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The program's name may hold anything; fields are counted from the bracket behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return { cpuSeconds: ticks / 100, peakRssMiB: Number(peak?.[1]) / 1024 };
}
