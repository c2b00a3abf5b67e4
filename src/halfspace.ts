import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommanderError } from 'commander';
import { CommandFailure, EXIT, UsageError } from './cli/command-context.ts';
import type { CommandContext } from './cli/command-context.ts';
import { Interrupted } from './cli/interruptible.ts';
import { LineOutput, OutputFailure, ReaderGone } from './cli/line-output.ts';
import { buildProgram, withDefaultCommand } from './cli/program.ts';
import { painterOf } from './cli/terminal/paint.ts';
import { createProgress } from './cli/terminal/progress.ts';
import { ConfigError } from './config/config-error.ts';
import type { Config } from './config/config.ts';
import { loadConfig } from './config/load-config.ts';
import { readDotEnv } from './config/read-dot-env.ts';
import { AlertsFileError } from './sinks/alerts-file/alerts-file-error.ts';
import { SourceError } from './sources/source-error.ts';
import { WindowError } from './sources/window.ts';

const STANDARD_OUTPUT = 1;
const COLUMNS_OF_A_PIPE = 120;

// By itself once all is written: an exit could cut what standard error still holds.
process.exitCode = await main();

async function main(): Promise<number> {
  const output = new LineOutput(STANDARD_OUTPUT);
  try {
    const ending = { code: EXIT.done as number };
    const program = buildProgram(contextWith(output, ending), version());
    const code = await exitCodeOf(
      program.parseAsync(withDefaultCommand(process.argv.slice(2), program), { from: 'user' }),
    );
    output.flush();
    return code === EXIT.done ? ending.code : code;
  } catch (error) {
    return explain(error);
  }
}

function contextWith(output: LineOutput, ending: { code: number }): CommandContext {
  const note = (sentence: string) => console.error(sentence);
  return {
    input: process.stdin,
    output,
    note,
    progress: (what) => createProgress(process.stderr, what, () => performance.now()),
    nowMs: () => Date.now(),
    screen: {
      columns: process.stdout.columns ?? COLUMNS_OF_A_PIPE,
      isTerminal: process.stdout.isTTY,
      paint: painterOf(process.stdout),
    },
    endWith: (code) => void (ending.code = code),
    config() {
      const config = readConfig();
      for (const warning of config.warnings) note(warning);
      return config;
    },
    pathOf: asGiven,
    async serve(demo: boolean) {
      // Only the service needs what receives, serves and scores live.
      const { runService } = await import('./run-service.ts');
      await runService(readConfig, demo);
    },
  };
}

function readConfig(): Config {
  return loadConfig(process.env, readDotEnv('.env'));
}

/** npm runs scripts in the project's folder; a path is meant from the folder that npm was called in. */
function asGiven(path: string): string {
  const { npm_lifecycle_event: script, INIT_CWD: calledIn } = process.env;
  return path === '-' || script !== 'halfspace' || calledIn === undefined ? path : resolve(calledIn, path);
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Commander has said it already: help, the version, or what is wrong. */
async function exitCodeOf(parsing: Promise<unknown>): Promise<number> {
  try {
    await parsing;
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
}

/** One sentence on standard error where the reason is known; answers the exit code. */
function explain(error: unknown): number {
  // Whoever read has seen enough: `| head`.
  if (error instanceof ReaderGone) return EXIT.done;
  if (error instanceof Interrupted) return EXIT.interrupted;
  const isUsage =
    error instanceof UsageError ||
    error instanceof ConfigError ||
    error instanceof AlertsFileError ||
    error instanceof WindowError ||
    (error instanceof SourceError && error.code === 'configuration');
  const isKnown =
    error instanceof SourceError || error instanceof CommandFailure || error instanceof OutputFailure || isUsage;
  if (isKnown) console.error(error.message);
  else console.error(error instanceof Error && 'syscall' in error ? error.message : error);
  return isUsage ? EXIT.usage : EXIT.failure;
}
