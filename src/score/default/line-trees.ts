import type { Archive } from '../../domain/archive/archive.ts';
import { WARN } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import { CellTrees } from '../cell-trees.ts';
import { LENGTH_SURPRISE, LEVEL_SURPRISE, LineCells } from './line-features.ts';
import { FeatureRanges } from './feature-ranges.ts';
import { ScoreCalibration } from './score-calibration.ts';
import type { ServiceState } from './service-state.ts';
import { MEAN_BITS } from './template-memory.ts';
import type { TemplateMemory } from './template-memory.ts';

/** Of the lines in which something is wrong, one in so many is learnt. */
const DAMPING = 10;
/** One line in so many goes into the usual ranges of the features. */
const RANGES_EVERY = 8;

/** Half-Space-Trees of one service over what is known of each line, with scores that compare between services. */
export class LineTrees {
  #trees = new CellTrees(cells());
  #calibration = new ScoreCalibration();
  #ranges = new FeatureRanges();
  #damped = 0;
  #lines = 0;
  /** Of the line scored last. */
  key = 0;

  get ranges(): FeatureRanges {
    return this.#ranges;
  }

  /** Scores a line, then learns it; `flagged` ones and those of bad times a little. In [0, 1]. */
  score(state: ServiceState, memory: TemplateMemory, level: LevelIndex, chars: number, flagged: boolean): number {
    const surprise = level > memory.usualLevel && level >= WARN ? Math.min(3, level - memory.usualLevel) : 0;
    const key =
      (state.contextKey | state.levelKeys[level]! | memory.key) +
      ((surprise << LEVEL_SURPRISE) | (lengthClass(chars, memory.charsSum >> MEAN_BITS) << LENGTH_SURPRISE));
    this.key = key;
    const learn = !(flagged || state.doubtful) || ++this.#damped % DAMPING === 0;
    const raw = this.#trees.scoreThenLearn(key, learn);
    if (!this.#trees.ready) return 0;
    const score = this.#calibration.calibrate(raw);
    if (learn) {
      this.#calibration.learn(raw);
      if (++this.#lines % RANGES_EVERY === 0) this.#ranges.learn(key);
    }
    return score;
  }

  archive(state: Archive): void {
    this.#trees.archive(state);
    this.#calibration.archive(state);
    this.#ranges.archive(state);
    this.#damped = state.count(this.#damped);
    this.#lines = state.count(this.#lines);
  }

  clone(): LineTrees {
    const copy = new LineTrees();
    copy.#trees = this.#trees.clone();
    copy.#calibration = this.#calibration.clone();
    copy.#ranges = this.#ranges.clone();
    copy.#damped = this.#damped;
    copy.#lines = this.#lines;
    return copy;
  }
}

/** How unlike the usual length, in steps of a doubling. */
function lengthClass(chars: number, mean: number): number {
  const long = chars > mean ? chars : mean;
  const short = chars > mean ? mean : chars;
  if (long < 2 * short + 4) return 0;
  return long < 4 * short + 4 ? 1 : long < 8 * short + 4 ? 2 : 3;
}

let sharedCells: LineCells | undefined;

/** One for all services of a thread: it holds nothing but what the fixed seed implies. */
function cells(): LineCells {
  return (sharedCells ??= new LineCells());
}
