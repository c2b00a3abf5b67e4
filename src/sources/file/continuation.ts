import { isDigit, startsWith } from '../record/ascii.ts';
import { GoTrace, mayBeOfGo } from './go-trace.ts';
import { TimestampReader } from '../record/timestamp-reader.ts';

const STARTS = ['at ', 'Caused by:', 'Wrapped by:', 'Suppressed:', '... '];
const TRACEBACK = 'Traceback (most recent call last)';

/**
 * Whether a line belongs to the record before it: it begins with white space (and no timestamp after it), with one of
 * a trace's words or an exception's name, or it is Python's `Traceback` or the exception that ends one, or it is of a
 * trace of Go.
 */
export class ContinuationRule {
  /** Lines joined since the last `restart`. */
  lines = 0;
  readonly #timestamps: TimestampReader;
  readonly #go = new GoTrace();
  #inTraceback = false;

  constructor(referenceMs: number) {
    this.#timestamps = new TimestampReader(referenceMs);
  }

  restart(): void {
    this.lines = 0;
    this.#inTraceback = false;
    this.#go.restart();
  }

  /** @param recordStart where the record before begins; -1 when that has gone by. */
  continues(bytes: Uint8Array, start: number, limit: number, recordStart: number): boolean {
    const isOf =
      this.#decide(bytes, start, limit) ||
      this.#go.continues(bytes, start, limit, recordStart) ||
      this.#isThrown(bytes, start, limit, recordStart);
    if (!isOf) return false;
    this.lines++;
    return true;
  }

  /** Whether the line may belong to the record before it, whatever that has been. */
  mayContinue(bytes: Uint8Array, start: number, limit: number): boolean {
    const first = bytes[start];
    if (first === 0x20 || first === 0x09) return !this.#hasTimestamp(bytes, start, limit);
    return (
      isExceptionName(bytes, start, limit) ||
      startsWith(bytes, start, limit, TRACEBACK) ||
      STARTS.some((text) => startsWith(bytes, start, limit, text)) ||
      mayBeOfGo(bytes, start, limit)
    );
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
    if (first !== 0x61 && first !== 0x43 && first !== 0x53 && first !== 0x57 && first !== 0x2e) return false;
    return STARTS.some((text) => startsWith(bytes, start, limit, text));
  }

  /**
   * `java.lang.RuntimeException: x` behind a line with a timestamp: where lines have one, a line that has none and
   * begins with the name of an exception is what that line reports. So is any class with its package before a trace.
   */
  #isThrown(bytes: Uint8Array, start: number, limit: number, recordStart: number): boolean {
    if (recordStart < 0 || !(isThrowable(bytes, start, limit) || isTraced(bytes, start, limit))) return false;
    return !Number.isNaN(this.#timestamps.read(bytes, recordStart, start));
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
    // A dollar parts a class of Java from one inside it.
    const isName =
      (lower >= 0x61 && lower <= 0x7a) ||
      (byte >= 0x30 && byte <= 0x39) ||
      byte === 0x5f ||
      byte === 0x2e ||
      byte === 0x24;
    if (!isName) break;
  }
  if (at === start || isDigit(bytes[start] as number)) return false;
  const after = at < limit ? bytes[at] : 0x0a;
  return after === 0x3a || after === 0x0a || after === 0x0d;
}

const THROWN = ['Exception', 'Error', 'Throwable'].map((name) => Buffer.from(name));

/** A name, with its package or without, that ends in `Exception`, `Error` or `Throwable`. */
function isThrowable(bytes: Uint8Array, start: number, limit: number): boolean {
  if (((bytes[start] as number) | 0x20) < 0x61 || !isExceptionName(bytes, start, limit)) return false;
  let end = start;
  while (end < limit && bytes[end] !== 0x3a && bytes[end] !== 0x0a && bytes[end] !== 0x0d) end++;
  return THROWN.some((name) => name.every((letter, i) => bytes[end - name.length + i] === letter));
}

const FRAME = /^[^\n]*\n[ \t]+at /;

/** `com.acme.OrderFault: x`, a name with its package, and a line `\tat com.acme.Shop.order(Shop.java:7)` after it. */
function isTraced(bytes: Uint8Array, start: number, limit: number): boolean {
  if (((bytes[start] as number) | 0x20) < 0x61 || !isExceptionName(bytes, start, limit)) return false;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, limit - start).toString('latin1');
  return /^[\w$]+\.[\w$.]+[:\r\n]/.test(text) && FRAME.test(text);
}
