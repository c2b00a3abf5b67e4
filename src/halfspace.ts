import { resolve } from 'node:path';
import { readArguments, UsageError } from './cli/arguments.ts';
import type { CommandArguments } from './cli/arguments.ts';
import { LineOutput, ReaderGone } from './cli/line-output.ts';
import { Interrupted } from './cli/interruptible.ts';
import { createProgress } from './cli/progress.ts';
import { runCommand } from './cli/run-command.ts';
import { ConfigError } from './config/config-error.ts';
import { loadConfig } from './config/load-config.ts';
import { readDotEnv } from './config/read-dot-env.ts';
import { SourceError } from './sources/source-error.ts';
import { WindowError } from './sources/window.ts';

const STANDARD_OUTPUT = 1;
const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
/** 128 and the number of SIGINT, as shells have it. */
const EXIT_INTERRUPTED = 130;

// By itself once all is written: an exit could cut what standard error still holds.
process.exitCode = await main();

async function main(): Promise<number> {
  const output = new LineOutput(STANDARD_OUTPUT);
  try {
    const asked = readArguments(process.argv.slice(2));
    if ('help' in asked) {
      output.write(`${asked.help}\n`);
      output.flush();
    } else await run(asked, output);
    return 0;
  } catch (error) {
    return explain(error);
  }
}

async function run(asked: CommandArguments, output: LineOutput): Promise<void> {
  const config = loadConfig(process.env, readDotEnv('.env'));
  const note = (sentence: string) => console.error(sentence);
  for (const warning of config.warnings) note(warning);
  await runCommand(withPaths(asked), config, {
    input: process.stdin,
    output,
    note,
    progress: (what) => createProgress(process.stderr, what, () => performance.now()),
    nowMs: () => Date.now(),
  });
}

function withPaths(asked: CommandArguments): CommandArguments {
  const { input, train } = asked;
  return {
    ...asked,
    input: 'file' in input ? { file: asGiven(input.file) } : input,
    train: train !== undefined && 'file' in train ? { file: asGiven(train.file) } : train,
  };
}

/** npm runs scripts in the project's folder; a path is meant from the folder that npm was called in. */
function asGiven(path: string): string {
  const { npm_lifecycle_event: script, INIT_CWD: calledIn } = process.env;
  return path === '-' || script !== 'halfspace' || calledIn === undefined ? path : resolve(calledIn, path);
}

/** One sentence on standard error; answers the exit code. */
function explain(error: unknown): number {
  // Whoever read has seen enough: `| head`.
  if (error instanceof ReaderGone) return 0;
  if (error instanceof Interrupted) return EXIT_INTERRUPTED;
  const isUsage = error instanceof UsageError || error instanceof ConfigError || error instanceof WindowError;
  const expected = error instanceof SourceError || isUsage;
  if (expected) console.error(error.message);
  else console.error(error instanceof Error && 'syscall' in error ? error.message : error);
  return isUsage ? EXIT_USAGE : EXIT_FAILURE;
}
