import type { Archive } from '../../domain/archive/archive.ts';
import type { ParameterSpans } from '../../mine/template-miner.ts';
import type { ParameterFacts } from '../detector.ts';
import { ParameterSummary } from './parameter-summary.ts';

const POSITIONS_MAX = 8;
/** Index of "number" among the kinds of variable value. */
const NUMBER = 0;

/** What stood at each variable position of a template, the first eight. */
export class ParameterSummaries {
  #positions: ParameterSummary[] = [];
  /** The position whose value was an outlier last. */
  outlier: ParameterSummary | undefined;

  get length(): number {
    return this.#positions.length;
  }

  /** Learns the values of a line; whether one is an outlier. At most `room` new positions are begun. */
  observe(spans: ParameterSpans, bytes: Uint8Array, nowMs: number, room: number): boolean {
    const { count, start, end, kind } = spans;
    let found = false;
    for (let i = 0; i < count && i < POSITIONS_MAX; i++) {
      let position = this.#positions[i];
      if (position === undefined) {
        if (room-- <= 0) break;
        position = new ParameterSummary(i);
        this.#positions.push(position);
      }
      if (!position.observe(bytes, start[i]!, end[i]!, kind[i] === NUMBER, nowMs)) continue;
      this.outlier = position;
      found = true;
    }
    return found;
  }

  facts(): ParameterFacts[] {
    return this.#positions.map((position) => position.facts());
  }

  archive(state: Archive): void {
    const length = state.count(this.#positions.length);
    for (let i = 0; i < length; i++) (this.#positions[i] ??= new ParameterSummary(i)).archive(state);
    const outlier = state.count(this.outlier === undefined ? 0 : this.outlier.position + 1);
    this.outlier = this.#positions[outlier - 1];
  }

  clone(): ParameterSummaries {
    const copy = new ParameterSummaries();
    copy.#positions = this.#positions.map((position) => position.clone());
    return copy;
  }
}
