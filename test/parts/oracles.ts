import { usePart } from './part.ts';
import type { Part } from './part.ts';
import { runCommand } from './run-command.ts';

/** A Python that has drain3, River and scikit-learn; skip what needs it when it is missing. */
export function oraclesPython(): Promise<Part> {
  return usePart('oracles');
}

/** Runs a Python program over `input` (sent as JSON on standard input) and gives what it prints as JSON. */
export async function askOracle(python: string, program: string, input: unknown): Promise<unknown> {
  const text = await runCommand(python, ['-c', program], { input: JSON.stringify(input) });
  return JSON.parse(text);
}
