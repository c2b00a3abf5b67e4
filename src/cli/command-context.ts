import type { Config } from '../config/config.ts';
import type { LineOutput } from './line-output.ts';
import type { Paint } from './terminal/paint.ts';
import type { Progress } from './terminal/progress.ts';

/** Where a command reads and writes. */
export interface CommandStreams {
  input: AsyncIterable<Buffer>;
  output: LineOutput;
  /** Takes a sentence about the input, for standard error. */
  note: (sentence: string) => void;
  /** Shows how far something has come; see `createProgress`. */
  progress: (what: string) => Progress;
  nowMs: () => number;
}

/** The terminal that results are read on, if there is one. */
export interface Screen {
  columns: number;
  /** Not a pipe or a file. */
  isTerminal: boolean;
  paint: Paint;
}

/** What commands get of the process that they run in. */
export interface CommandContext extends CommandStreams {
  /** As the environment has it; what looks like a slip in it is noted. Throws `ConfigError`. */
  config(): Config;
  screen: Screen;
  /** Where all went well, the process ends with it. */
  endWith(code: number): void;
  /** The path as the user means it. */
  pathOf(path: string): string;
  /** Starts the service; answers once it is ready. */
  serve(demo: boolean): Promise<void>;
}

/** Exit codes; shells have 130 for Ctrl-C. */
export const EXIT = { done: 0, failure: 1, usage: 2, anomalies: 3, interrupted: 130 } as const;

/** What was asked for cannot be done as it was asked; the message is a sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was asked for did not work, for a reason that needs no stack; the message is a sentence. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}
