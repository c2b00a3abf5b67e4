import type { Archive } from '../../domain/archive/archive.ts';
import { CellTrees } from '../cell-trees.ts';
import { CHARS_MAX, ReferenceCells, TOKENS_MAX } from './reference-cells.ts';

/** Half-Space-Trees over the five reference features of one service, with the very scores of `HalfSpaceTrees`. */
export class ReferenceTrees {
  #trees = new CellTrees(cells());

  /** Whether a first window has been learnt; scores are 0 until then. */
  get ready(): boolean {
    return this.#trees.ready;
  }

  /** Bytes of the model's arrays. */
  get byteLength(): number {
    return this.#trees.byteLength;
  }

  /**
   * Scores a line, then learns it. `chars` and `tokens` may stop counting at 500 and 50; `templateLines` are the lines
   * of its template so far, this one included. In [0, 1], high is anomalous.
   */
  scoreThenLearn(level: number, chars: number, tokens: number, templateLines: number): number {
    const { levelPart, charsPart, tokensPart, linesPart } = cells();
    const key =
      levelPart[level]! +
      charsPart[chars < CHARS_MAX ? chars : CHARS_MAX]! +
      tokensPart[tokens < TOKENS_MAX ? tokens : TOKENS_MAX]! +
      linesPart[templateLines < linesPart.length ? templateLines : linesPart.length - 1]!;
    return this.#trees.scoreThenLearn(key, true);
  }

  archive(state: Archive): void {
    this.#trees.archive(state);
  }

  clone(): ReferenceTrees {
    const copy = new ReferenceTrees();
    copy.#trees = this.#trees.clone();
    return copy;
  }
}

let sharedCells: ReferenceCells | undefined;

/** One for all services of a thread: it holds nothing but what the fixed seed implies. */
function cells(): ReferenceCells {
  return (sharedCells ??= new ReferenceCells());
}
