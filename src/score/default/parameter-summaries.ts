import type { Archive } from '../../domain/archive/archive.ts';
import { ArchiveReader } from '../../domain/archive/archive-reader.ts';
import { ArchiveWriter } from '../../domain/archive/archive-writer.ts';
import type { ParameterSpans } from '../../mine/template-miner.ts';
import type { ParameterFacts } from '../detector.ts';
import { ParameterSummary } from './parameter-summary.ts';

const POSITIONS_MAX = 8;
/** Index of "number" among the kinds of variable value. */
const NUMBER = 0;

const NOTHING = new Uint8Array(0);
const writer = new ArchiveWriter();

/** What stood at each variable position of a template, the first eight. */
export class ParameterSummaries {
  #summaries: ParameterSummary[] = [];
  /** Positions as they were written down: they come back when somebody asks, as most are not asked for in a while. */
  #packed: Uint8Array | undefined;
  /** The position whose value was an outlier last. */
  outlier: ParameterSummary | undefined;

  get length(): number {
    return this.#positions.length;
  }

  /** Learns the values of a line; whether one is an outlier. At most `room` new positions are begun. */
  observe(spans: ParameterSpans, bytes: Uint8Array, nowMs: number, room: number): boolean {
    const { count, start, end, kind } = spans;
    const text = spans.plain ?? bytes;
    let found = false;
    for (let i = 0; i < count && i < POSITIONS_MAX; i++) {
      let position = this.#positions[i];
      if (position === undefined) {
        if (room-- <= 0) break;
        position = new ParameterSummary(i);
        this.#positions.push(position);
      }
      if (!position.observe(text, start[i]!, end[i]!, kind[i] === NUMBER, nowMs)) continue;
      this.outlier = position;
      found = true;
    }
    return found;
  }

  facts(): ParameterFacts[] {
    return this.#positions.map((position) => position.facts());
  }

  archive(state: Archive): void {
    const packed = state.bytes(state.restoring ? NOTHING : (this.#packed ?? this.#pack()));
    if (!state.restoring) return;
    this.#packed = packed;
    // What is packed does not say of which version it is, and would be written on as it is.
    if (state.isOlderThan(5)) this.#unpack(4);
  }

  clone(): ParameterSummaries {
    const copy = new ParameterSummaries();
    copy.#summaries = this.#positions.map((position) => position.clone());
    return copy;
  }

  get #positions(): ParameterSummary[] {
    this.#unpack();
    return this.#summaries;
  }

  #unpack(version = Infinity): void {
    if (this.#packed === undefined) return;
    const reader = new ArchiveReader(this.#packed);
    reader.version = version;
    this.#packed = undefined;
    this.#exchange(reader);
  }

  #pack(): Uint8Array {
    this.#exchange(writer);
    return writer.take();
  }

  #exchange(state: Archive): void {
    const length = state.count(this.#summaries.length);
    for (let i = 0; i < length; i++) (this.#summaries[i] ??= new ParameterSummary(i)).archive(state);
    const outlier = state.count(this.outlier === undefined ? 0 : this.outlier.position + 1);
    this.outlier = this.#summaries[outlier - 1];
  }
}
