const TRIAL_LINES = 512;
const HITS_MIN = 0.25;
const PAUSE_LINES_MIN = 2048;
const PAUSE_LINES_MAX = 65_536;

let owners = 0;

/** A number for what one miner knows between two upheavals, that no other has. */
export function nextOwner(): number {
  return ++owners;
}

/**
 * Whether lines are looked up to the letter: only where that pays. After so many look-ups with fewer hits than a share,
 * the next lines go without, twice as many each time that it happens again.
 */
export class RecallTrial {
  recalls: boolean;
  hits = 0;
  readonly #wanted: boolean;
  /** Look-ups left in this trial, or lines left in this pause. */
  #linesLeft = TRIAL_LINES;
  #pauseLines = PAUSE_LINES_MIN;

  constructor(wanted: boolean) {
    this.#wanted = wanted;
    this.recalls = wanted;
  }

  /** To be called before each line. */
  nextLine(): void {
    if (--this.#linesLeft === 0) this.#judge();
  }

  #judge(): void {
    const paid = this.hits >= TRIAL_LINES * HITS_MIN;
    if (this.recalls && !paid) {
      this.recalls = false;
      this.#linesLeft = this.#pauseLines;
      this.#pauseLines = Math.min(this.#pauseLines * 2, PAUSE_LINES_MAX);
    } else {
      if (paid) this.#pauseLines = PAUSE_LINES_MIN;
      this.recalls = this.#wanted;
      this.#linesLeft = TRIAL_LINES;
    }
    this.hits = 0;
  }
}
