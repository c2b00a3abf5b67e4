import type { LevelIndex } from '../domain/level.ts';
import { BodyMessage } from './body-message.ts';
import { DecodeError } from './decode-error.ts';
import { readLogRecord } from './log-record.ts';
import type { StringAttribute } from './string-attribute.ts';
import { LENGTH, ProtobufReader } from './protobuf-reader.ts';

/** Records of one request at most; smaller than two bytes a record, which is what an empty one takes. */
const RECORDS_MAX = 1 << 20;

const INITIAL_RECORDS = 1024;
/** What is kept for the next request when one had more. */
const KEPT_RECORDS_MAX = 65_536;

/**
 * Rendered bodies may take this and twice the request. Text hardly grows when it is rendered, but control characters do
 * sixfold: what no longer fits is cut.
 */
const SCRATCH_BYTES_MIN = 1 << 20;

const SCOPE_LOGS = (2 << 3) | LENGTH;
/** `instrumentation_library_logs` of OTLP before 0.15, of the same shape as `scope_logs`. */
const OLD_SCOPE_LOGS = (1000 << 3) | LENGTH;
const LOG_RECORDS = (2 << 3) | LENGTH;
const NOTHING = new Uint8Array(0);

/**
 * The log records of one request, or of the part that one shard scores, a column a field. Reused from request to
 * request. Nothing is copied but messages of structured bodies: offsets point into the bytes given to `begin`.
 *
 *     columns.begin(bytes); columns.append(start, end); ... one `ResourceLogs` each ...
 *     for (let i = 0; i < columns.count; i++) score(columns.source(i), columns.messageStart[i], columns.messageEnd[i])
 *
 * Attributes of records are stepped over by their length unless one names the template; all else is checked before `append` returns, so that a
 * request is scored whole or not at all.
 */
export class RecordColumns {
  count = 0;
  /** Message of each record, UTF-8, as offsets into `source(i)`. */
  messageStart = new Uint32Array(INITIAL_RECORDS);
  messageEnd = new Uint32Array(INITIAL_RECORDS);
  /** 1 where the message stands in scratch memory. */
  inScratch = new Uint8Array(INITIAL_RECORDS);
  /** `LevelIndex`: of the severity number, else of its text, else stated by the message, else info. */
  level = new Uint8Array(INITIAL_RECORDS);
  /** Event time in epoch milliseconds, else observed time; 0 when the record has neither. At most 18446744073709. */
  timeMs = new Float64Array(INITIAL_RECORDS);
  /** Offset of the 16 and 8 bytes of the ids; -1 when the record is not part of a trace. */
  traceIdStart = new Int32Array(INITIAL_RECORDS);
  spanIdStart = new Int32Array(INITIAL_RECORDS);
  /** Text of the attribute that names the template, as offsets into the request; equal where there is none. */
  templateStart = new Uint32Array(INITIAL_RECORDS);
  templateEnd = new Uint32Array(INITIAL_RECORDS);
  /** Sum over the records of what their SDKs dropped. */
  droppedAttributes = 0;
  readonly body = new BodyMessage();
  readonly #reader = new ProtobufReader();
  /** Key of the attribute that names the template; undefined when attributes are stepped over. */
  readonly templateKey: Uint8Array | undefined;
  readonly attribute: StringAttribute = { keyStart: 0, keyEnd: 0, start: 0, end: 0 };
  readonly #recordsMax: number;
  #unresolvedBefore = 0;

  constructor(options: { recordsMax?: number; templateAttribute?: string | undefined } = {}) {
    const { recordsMax = RECORDS_MAX, templateAttribute } = options;
    this.#recordsMax = recordsMax;
    this.templateKey = templateAttribute === undefined ? undefined : new TextEncoder().encode(templateAttribute);
  }

  /** Values of bodies that were taken as absent because they point into a table of strings that logs do not have. */
  get unresolvedValues(): number {
    return this.body.unresolved - this.#unresolvedBefore;
  }

  /** Forgets all records; `bytes` is the request that ranges are in. */
  begin(bytes: Uint8Array): void {
    if (this.level.length > KEPT_RECORDS_MAX) this.#resize(INITIAL_RECORDS);
    this.count = 0;
    this.droppedAttributes = 0;
    this.#unresolvedBefore = this.body.unresolved;
    this.body.scratch.clear(bytes.length * 2 + SCRATCH_BYTES_MIN);
    this.#reader.bytes = bytes;
  }

  /** Lets go of the request's bytes; offsets are then of no use. */
  release(): void {
    this.begin(NOTHING);
  }

  /** Adds the records of one `ResourceLogs`, `bytes[start, end)`. Throws `DecodeError`: then start over with `begin`. */
  append(start: number, end: number): void {
    const reader = this.#reader;
    let scopes = 0;
    let oldScopes = 0;
    reader.at = start;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === SCOPE_LOGS) {
        scopes++;
        this.#appendScope(reader.lengthEnd(end));
      } else if (tag === OLD_SCOPE_LOGS) {
        oldScopes++;
        reader.at = reader.lengthEnd(end);
      } else if ((tag & 7) === LENGTH) reader.at = reader.lengthEnd(end);
      else reader.skipUnknown(tag, end, 0b1110, 'ResourceLogs');
    }
    if (scopes === 0 && oldScopes > 0) this.#appendOldScopes(start, end);
  }

  /** Where the message of record `i` stands. */
  source(i: number): Uint8Array {
    return this.inScratch[i] === 1 ? this.body.scratch.bytes : this.#reader.bytes;
  }

  /** A row for the next record; the caller fills its columns. */
  add(): number {
    const index = this.count;
    if (index === this.level.length) this.#resize(Math.min(index * 2, this.#recordsMax));
    this.count = index + 1;
    return index;
  }

  /** Level of record `i`, typed. */
  levelOf(i: number): LevelIndex {
    return this.level[i] as LevelIndex;
  }

  #appendScope(end: number): void {
    const reader = this.#reader;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === LOG_RECORDS) {
        const recordEnd = reader.lengthEnd(end);
        if (this.count === this.#recordsMax) throw tooMany(reader.at, this.#recordsMax);
        readLogRecord(reader, recordEnd, this);
      } else if ((tag & 7) === LENGTH) reader.at = reader.lengthEnd(end);
      else reader.skipUnknown(tag, end, 0b1110, 'ScopeLogs');
    }
  }

  /** As the Collector migrates them: only where there is nothing in the new field. */
  #appendOldScopes(start: number, end: number): void {
    const reader = this.#reader;
    reader.at = start;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === OLD_SCOPE_LOGS) this.#appendScope(reader.lengthEnd(end));
      else reader.skip(tag, end);
    }
  }

  #resize(records: number): void {
    this.messageStart = resized(this.messageStart, new Uint32Array(records));
    this.messageEnd = resized(this.messageEnd, new Uint32Array(records));
    this.inScratch = resized(this.inScratch, new Uint8Array(records));
    this.level = resized(this.level, new Uint8Array(records));
    this.timeMs = resized(this.timeMs, new Float64Array(records));
    this.traceIdStart = resized(this.traceIdStart, new Int32Array(records));
    this.spanIdStart = resized(this.spanIdStart, new Int32Array(records));
    this.templateStart = resized(this.templateStart, new Uint32Array(records));
    this.templateEnd = resized(this.templateEnd, new Uint32Array(records));
  }
}

/** `next` with as much of `old` as fits. */
function resized<T extends Uint8Array | Uint32Array | Int32Array | Float64Array>(old: T, next: T): T {
  next.set(old.subarray(0, next.length));
  return next;
}

function tooMany(offset: number, recordsMax: number): DecodeError {
  const message = `got more than ${recordsMax} log records in one request, expected at most that: send smaller batches`;
  return new DecodeError('too_many_records', message, { offset });
}
