import { startsWith } from './ascii.ts';
import { TimestampReader } from './timestamp-reader.ts';

const STARTS = ['at ', 'Caused by:', 'Suppressed:', '... '];
const TRACEBACK = 'Traceback (most recent call last)';

/**
 * Whether a line belongs to the record before it: it begins with white space (and no timestamp after it), with one of
 * a Java trace's words, or it is Python's `Traceback` or the exception that ends one.
 */
export class ContinuationRule {
  /** Lines joined since the last `restart`. */
  lines = 0;
  readonly #timestamps: TimestampReader;
  #inTraceback = false;

  constructor(referenceMs: number) {
    this.#timestamps = new TimestampReader(referenceMs);
  }

  restart(): void {
    this.lines = 0;
    this.#inTraceback = false;
  }

  continues(bytes: Uint8Array, start: number, limit: number): boolean {
    if (!this.#decide(bytes, start, limit)) return false;
    this.lines++;
    return true;
  }

  #decide(bytes: Uint8Array, start: number, limit: number): boolean {
    const first = bytes[start] as number;
    if (first === 0x20 || first === 0x09) return !this.#hasTimestamp(bytes, start, limit);
    if (this.#inTraceback) {
      this.#inTraceback = false;
      return isExceptionName(bytes, start, limit);
    }
    if (first === 0x54 && startsWith(bytes, start, limit, TRACEBACK)) {
      this.#inTraceback = true;
      return true;
    }
    if (first !== 0x61 && first !== 0x43 && first !== 0x53 && first !== 0x2e) return false;
    return STARTS.some((text) => startsWith(bytes, start, limit, text));
  }

  #hasTimestamp(bytes: Uint8Array, start: number, limit: number): boolean {
    let at = start;
    while (at < limit && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++;
    return !Number.isNaN(this.#timestamps.read(bytes, at, limit));
  }
}

/** `ValueError: x` and `module.SomeException`: a dotted name at the head of the line, then a colon or nothing. */
function isExceptionName(bytes: Uint8Array, start: number, limit: number): boolean {
  let at = start;
  for (; at < limit; at++) {
    const byte = bytes[at] as number;
    const lower = byte | 0x20;
    const isName = (lower >= 0x61 && lower <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || byte === 0x2e;
    if (!isName) break;
  }
  if (at === start) return false;
  const after = at < limit ? bytes[at] : 0x0a;
  return after === 0x3a || after === 0x0a || after === 0x0d;
}
