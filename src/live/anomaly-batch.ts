import { reasonsOf } from '../domain/anomaly.ts';
import type { Anomaly, Explanation } from '../domain/anomaly.ts';
import { LEVELS } from '../domain/level.ts';
import type { LevelIndex } from '../domain/level.ts';

/** Text of an anomaly longer than this is cut: it is for reading, the buffer holds the whole. */
const MESSAGE_BYTES_MAX = 16 * 1024;

const INITIAL_BYTES = 4096;
/** A writer that once held more gives it back. */
const KEPT_BYTES_MAX = 1 << 20;
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
const HAS_TRACE_ID = 1;
const HAS_SPAN_ID = 2;

/**
 * Layout of an entry, little-endian, unaligned: f64 timestamp, f64 score, u32 index of the kind, u32 message bytes,
 * u8 level, u8 reasons, u8 which ids follow, u32 explanation bytes, the ids, the message as UTF-8, the explanation as
 * JSON.
 */
const HEADER_BYTES = 31;

/** What all anomalies of one template have in common. */
export interface AnomalyKind {
  service: string;
  template: string;
  templateId: number;
  fingerprint: string;
}

/**
 * The anomalies of one request, packed: most are overwritten in the ring before anybody reads them, so that objects
 * and JSON are made for those that are read. `offsets[i]` is where entry i begins.
 */
export interface AnomalyBatch {
  bytes: Uint8Array<ArrayBuffer>;
  offsets: Uint32Array<ArrayBuffer>;
  kinds: AnomalyKind[];
}

/** One anomalous line as the shard sees it. `trace` and `span` are offsets into `idBytes`, -1 for none. */
export interface AnomalousLine {
  kind: AnomalyKind;
  timestampMs: number;
  score: number;
  level: LevelIndex;
  reasons: number;
  source: Uint8Array;
  messageStart: number;
  messageEnd: number;
  idBytes: Uint8Array;
  traceIdStart: number;
  spanIdStart: number;
  explanation: Explanation | undefined;
}

/** Packs anomalies; the batch it gives owns its memory. */
export class AnomalyBatchWriter {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  #offsets: number[] = [];
  #kinds: AnomalyKind[] = [];
  readonly #kindIndex = new Map<string, number>();

  get count(): number {
    return this.#offsets.length;
  }

  add(line: AnomalousLine): void {
    const messageEnd = Math.min(line.messageEnd, line.messageStart + MESSAGE_BYTES_MAX);
    const messageBytes = messageEnd - line.messageStart;
    const explanation = line.explanation === undefined ? NO_BYTES : encoder.encode(JSON.stringify(line.explanation));
    this.#reserve(HEADER_BYTES + TRACE_ID_BYTES + SPAN_ID_BYTES + messageBytes + explanation.length);
    let at = this.#length;
    this.#offsets.push(at);
    const view = this.#view;
    view.setFloat64(at, line.timestampMs, true);
    view.setFloat64(at + 8, line.score, true);
    view.setUint32(at + 16, this.#indexOf(line.kind), true);
    view.setUint32(at + 20, messageBytes, true);
    view.setUint8(at + 24, line.level);
    view.setUint8(at + 25, line.reasons);
    view.setUint8(at + 26, (line.traceIdStart >= 0 ? HAS_TRACE_ID : 0) | (line.spanIdStart >= 0 ? HAS_SPAN_ID : 0));
    view.setUint32(at + 27, explanation.length, true);
    at += HEADER_BYTES;
    if (line.traceIdStart >= 0) at = this.#copy(line.idBytes, line.traceIdStart, TRACE_ID_BYTES, at);
    if (line.spanIdStart >= 0) at = this.#copy(line.idBytes, line.spanIdStart, SPAN_ID_BYTES, at);
    at = this.#copy(line.source, line.messageStart, messageBytes, at);
    this.#length = this.#copy(explanation, 0, explanation.length, at);
  }

  /** What was added since the last time; undefined when nothing was. */
  take(): AnomalyBatch | undefined {
    if (this.#offsets.length === 0) return undefined;
    const batch = {
      bytes: this.#bytes.slice(0, this.#length),
      offsets: Uint32Array.from(this.#offsets),
      kinds: this.#kinds,
    };
    this.#length = 0;
    this.#offsets = [];
    this.#kinds = [];
    this.#kindIndex.clear();
    if (this.#bytes.length > KEPT_BYTES_MAX) this.#resize(INITIAL_BYTES);
    return batch;
  }

  #copy(source: Uint8Array, start: number, length: number, at: number): number {
    this.#bytes.set(source.subarray(start, start + length), at);
    return at + length;
  }

  #indexOf(kind: AnomalyKind): number {
    const known = this.#kindIndex.get(kind.fingerprint);
    if (known !== undefined && this.#kinds[known]!.service === kind.service) return known;
    // In the overflow service one fingerprint stands for lines of several services.
    const key = known === undefined ? kind.fingerprint : `${kind.fingerprint} ${kind.service}`;
    let index = this.#kindIndex.get(key);
    if (index === undefined) {
      index = this.#kinds.push(kind) - 1;
      this.#kindIndex.set(key, index);
    }
    return index;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes > this.#bytes.length) this.#resize(Math.max(this.#bytes.length * 2, this.#length + bytes));
  }

  #resize(size: number): void {
    const larger = new Uint8Array(size);
    larger.set(this.#bytes.subarray(0, Math.min(this.#length, size)));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array(0);

export function readAnomaly(batch: AnomalyBatch, index: number): Anomaly {
  const { bytes, kinds } = batch;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = batch.offsets[index]!;
  const kind = kinds[view.getUint32(start + 16, true)]!;
  const ids = view.getUint8(start + 26);
  let at = start + HEADER_BYTES;
  const hex = (length: number): string => Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString('hex');
  const anomaly: Anomaly = {
    is_anomaly: true,
    reasons: reasonsOf(view.getUint8(start + 25)),
    service: kind.service,
    template: kind.template,
    template_id: kind.templateId,
    fingerprint: kind.fingerprint,
    hst_score: view.getFloat64(start + 8, true),
    timestamp: view.getFloat64(start, true),
    message: '',
    level: LEVELS[view.getUint8(start + 24)]!,
  };
  if ((ids & HAS_TRACE_ID) !== 0) {
    anomaly.trace_id = hex(TRACE_ID_BYTES);
    at += TRACE_ID_BYTES;
  }
  if ((ids & HAS_SPAN_ID) !== 0) {
    anomaly.span_id = hex(SPAN_ID_BYTES);
    at += SPAN_ID_BYTES;
  }
  const messageEnd = at + view.getUint32(start + 20, true);
  anomaly.message = decoder.decode(bytes.subarray(at, messageEnd));
  const explanationBytes = view.getUint32(start + 27, true);
  if (explanationBytes > 0) {
    const text = decoder.decode(bytes.subarray(messageEnd, messageEnd + explanationBytes));
    anomaly.explanation = JSON.parse(text) as Explanation;
  }
  return anomaly;
}

/** All of a batch, in order. */
export function readAnomalies(batch: AnomalyBatch | undefined): Anomaly[] {
  return batch === undefined ? [] : Array.from(batch.offsets, (_, index) => readAnomaly(batch, index));
}
