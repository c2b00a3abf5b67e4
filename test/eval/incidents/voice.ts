import type { Level } from '../../../src/domain/level.ts';
import type { EvalRandom } from './eval-random.ts';

export interface Line {
  message: string;
  level: Level;
}

/** One kind of line that a service says, with its variables filled in anew each time. */
export interface VoiceTemplate {
  level: Level;
  /** Its share of the service's lines is this over the sum of all weights. */
  weight: number;
  say(random: EvalRandom): string;
  /** One of its numbers is `factor` times a usual one; absent where no number has a usual range. */
  sayOutlier?: ((random: EvalRandom, factor: number) => string) | undefined;
}

/** How one service speaks when it is well. */
export interface Voice {
  service: string;
  linesPerSecond: number;
  templates: readonly VoiceTemplate[];
  /** Kinds of line that belong to it and that it does not say when it is well: what incidents may bring up. */
  heldOut: readonly VoiceTemplate[];
  /** What one request, job or event makes it say, in order: at least one line. */
  clump(random: EvalRandom): Line[];
  /** Lines of a clump, on average. */
  clumpMean: number;
  /** A job that runs by the clock: every `everyMinutes` it says `lines` lines of one kind within seconds. */
  job?: { everyMinutes: number; lines: number; template: VoiceTemplate };
}
