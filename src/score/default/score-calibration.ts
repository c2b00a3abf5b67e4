import type { Archive } from '../../domain/archive/archive.ts';

const BINS = 512;
/** Scores that the tail is taken from; beyond twice as many, all weigh half. */
const SCORES = 4000;
const SCORES_MIN = 250;
/** The share of scores at least as high that makes a calibrated score of 0.7. */
const RARE_SHARE = 1 / SCORES;
const RARE_SCORE = 0.7;
/** Scores between two calibrations: few at first, then an eighth of what there is. */
const RENEWED_AFTER = 250;
const RENEWED_SHARE = 0.125;

/**
 * Raw scores of one service to scores that mean the same in every service: by the share of its own recent scores that
 * were at least as high, on a logarithmic scale. 0.7 is what one in 4,000 reaches, and only one above nearly all of
 * them goes beyond, by how far it stands out.
 */
export class ScoreCalibration {
  #counts = new Uint16Array(BINS);
  #total = 0;
  #sinceRenewal = 0;
  /** By bin; undefined before there are enough scores. */
  #calibrated: Float32Array | undefined;

  get ready(): boolean {
    return this.#calibrated !== undefined;
  }

  /** In [0, 1]; 0 before there is anything to compare with. */
  calibrate(raw: number): number {
    return this.#calibrated === undefined ? 0 : this.#calibrated[binOf(raw)]!;
  }

  learn(raw: number): void {
    this.#counts[binOf(raw)]!++;
    this.#total++;
    if (++this.#sinceRenewal < RENEWED_AFTER || this.#sinceRenewal < this.#total * RENEWED_SHARE) return;
    this.#sinceRenewal = 0;
    if (this.#total >= 2 * SCORES) this.#halve();
    if (this.#total >= SCORES_MIN) this.#renew();
  }

  archive(state: Archive): void {
    state.counts(this.#counts);
    this.#total = state.count(this.#total);
    this.#sinceRenewal = state.count(this.#sinceRenewal);
    if (!state.flag(this.ready)) return;
    state.numbers((this.#calibrated ??= new Float32Array(BINS)));
  }

  clone(): ScoreCalibration {
    const copy = new ScoreCalibration();
    copy.#counts = this.#counts.slice();
    copy.#total = this.#total;
    copy.#sinceRenewal = this.#sinceRenewal;
    copy.#calibrated = this.#calibrated?.slice();
    return copy;
  }

  #halve(): void {
    this.#total = 0;
    for (let bin = 0; bin < BINS; bin++) this.#total += this.#counts[bin]! >>= 1;
  }

  #renew(): void {
    const calibrated = (this.#calibrated ??= new Float32Array(BINS));
    const total = this.#total;
    let above = 0;
    let highest = -1;
    let middle = -1;
    for (let bin = BINS - 1; bin >= 0; bin--) {
      above += this.#counts[bin]!;
      if (above > 0 && highest < 0) highest = bin;
      if (above * 2 >= total && middle < 0) middle = bin;
      const share = (above + 1) / (total + 1);
      calibrated[bin] = Math.min(RARE_SCORE, (RARE_SCORE * Math.log(share)) / Math.log(RARE_SHARE)) + 0;
    }
    // Beyond all that was seen: the further, the rarer, measured by how far the highest stands above the middle.
    const width = Math.max(highest - middle, BINS / 64);
    for (let bin = highest + 1; bin < BINS; bin++) {
      const base = calibrated[bin]!;
      calibrated[bin] = base + (1 - base) * (1 - Math.exp(-(bin - highest) / width));
    }
  }
}

function binOf(raw: number): number {
  return Math.min(BINS - 1, Math.floor(raw * BINS));
}
