import { DecodeError } from './decode-error.ts';
import type { ProtobufWriter } from './protobuf-writer.ts';

/** Values that nobody reads may nest this deep; nothing is built or recursed into, but their brackets are matched. */
const SKIP_DEPTH_MAX = 100_000;
const GOT_BYTES_MAX = 64;
const PATH_PARTS_MAX = 20;

/** Up to here a loop is quicker than a call. */
const SHORT_RUN = 48;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

const decoder = new TextDecoder();

const ESCAPES: ReadonlyMap<number, number> = new Map(
  Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }).map(
    ([escape, char]) => [escape.charCodeAt(0), char.charCodeAt(0)],
  ),
);

/**
 * A cursor over a JSON text (RFC 8259) as UTF-8 bytes that builds no values: numbers keep all their digits, keys are no
 * properties of anything, nesting costs no stack. Says where it is in errors: `path` is kept by whoever reads fields.
 */
export class JsonCursor {
  readonly bytes: Uint8Array;
  readonly path: (string | number)[] = [];
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The byte that the next value or punctuation starts with; 0 at the end. */
  peek(): number {
    const { bytes } = this;
    let at = this.at;
    while (at < bytes.length && isSpace(bytes[at] as number)) at++;
    this.at = at;
    return at < bytes.length ? (bytes[at] as number) : 0;
  }

  /** Steps over `byte` when it is next. */
  take(byte: number): boolean {
    if (this.peek() !== byte || this.at >= this.bytes.length) return false;
    this.at++;
    return true;
  }

  /** Steps over a key and its colon; returns where the key's raw text ends. It starts one after `at` before. */
  skipKey(): number {
    if (this.peek() !== QUOTE) this.failSyntax('a key in quotes');
    this.skipString();
    const keyEnd = this.at - 1;
    if (!this.take(0x3a)) this.failSyntax("':'");
    return keyEnd;
  }

  /** After an entry: true when another follows, false when `close` ended the container. */
  more(close: number): boolean {
    if (this.take(0x2c)) return true;
    if (this.take(close)) return false;
    return this.failSyntax(`',' or '${String.fromCharCode(close)}'`);
  }

  skipNull(): boolean {
    if (this.peek() !== 0x6e) return false;
    this.#skipWord('null');
    return true;
  }

  /** `true` or `false`; undefined when the next value is neither. */
  takeBoolean(): boolean | undefined {
    const first = this.peek();
    if (first !== 0x74 && first !== 0x66) return undefined;
    this.#skipWord(first === 0x74 ? 'true' : 'false');
    return first === 0x74;
  }

  /** Steps over a string; `at` is on its opening quote. */
  skipString(): void {
    const { bytes } = this;
    let at = this.at + 1;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        this.at = at + 1;
        return;
      }
      if (byte < 0x20) this.#failAt(at, 'a control character to be escaped in a string');
      if (byte === BACKSLASH) {
        this.at = at;
        at = this.#skipEscape() - 1;
      }
    }
    this.#failAt(at, 'the closing quote of a string');
  }

  /** Writes the text of a string, as UTF-8, to `writer`; `at` is on its opening quote. */
  copyString(writer: ProtobufWriter): void {
    const start = this.at + 1;
    this.skipString();
    const end = this.at - 1;
    writer.reserve(end - start);
    for (let at = start; at < end;) {
      let run = at;
      while (run < end && this.bytes[run] !== BACKSLASH) run++;
      this.#copyRun(at, run, writer);
      at = run < end ? this.#copyEscape(run, writer) : end;
    }
  }

  /** Steps over a number; `at` is on its first byte. */
  skipNumber(): void {
    const { bytes } = this;
    if (bytes[this.at] === 0x2d) this.at++;
    if (bytes[this.at] === 0x30) this.at++;
    else this.#skipDigits();
    if (bytes[this.at] === 0x2e) {
      this.at++;
      this.#skipDigits();
    }
    if (((bytes[this.at] ?? 0) | 0x20) === 0x65) {
      this.at++;
      if (bytes[this.at] === 0x2b || bytes[this.at] === 0x2d) this.at++;
      this.#skipDigits();
    }
  }

  /** Steps over one value of any kind. */
  skipValue(): void {
    const closers: number[] = [];
    do {
      const first = this.peek();
      if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
        const closer = first === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY;
        this.at++;
        if (!this.take(closer)) {
          if (closers.length >= SKIP_DEPTH_MAX) this.failSyntax(`at most ${SKIP_DEPTH_MAX} levels`);
          closers.push(closer);
          if (closer === CLOSE_OBJECT) this.skipKey();
          continue;
        }
      } else this.#skipScalar(first);
      while (closers.length > 0) {
        const closer = closers[closers.length - 1] as number;
        if (this.more(closer)) {
          if (closer === CLOSE_OBJECT) this.skipKey();
          break;
        }
        closers.pop();
      }
    } while (closers.length > 0);
  }

  text(start: number, end: number): string {
    // A copy, which a Buffer's slice is not: TextDecoder refuses shared memory.
    return decoder.decode(new Uint8Array(this.bytes.subarray(start, end)));
  }

  /** The field at `path` has a value, from `start` to `at`, that its type does not have. */
  fail(start: number, expected: string): never {
    if (start >= this.bytes.length) this.#failAt(start, expected);
    const path = pathText(this.path);
    const got = `${path === '' ? 'the request' : path}: got ${this.#describe(start)}`;
    throw new DecodeError('malformed_json', `${got}, expected ${expected}`, { offset: start, path });
  }

  /** The text is no JSON at `at`. */
  failSyntax(expected: string): never {
    return this.#failAt(this.at, expected);
  }

  #failAt(offset: number, expected: string): never {
    const path = pathText(this.path);
    const place = `malformed JSON at byte ${offset}${path === '' ? '' : ` (${path})`}`;
    const got = offset < this.bytes.length ? this.#quote(offset, offset + 1) : 'the end of the text';
    throw new DecodeError('malformed_json', `${place}: got ${got}, expected ${expected}`, { offset, path });
  }

  #describe(start: number): string {
    const first = this.bytes[start] as number;
    if (first === OPEN_OBJECT) return 'an object';
    if (first === OPEN_ARRAY) return 'an array';
    this.at = start;
    this.#skipScalar(first);
    const end = Math.min(this.at, start + GOT_BYTES_MAX);
    return this.text(start, end) + (end < this.at ? '...' : '');
  }

  #quote(start: number, end: number): string {
    const first = this.bytes[start] as number;
    if (first < 0x20 || first >= 0x7f) return `byte 0x${first.toString(16).padStart(2, '0')}`;
    return `'${this.text(start, end)}'`;
  }

  #skipScalar(first: number): void {
    if (first === QUOTE) this.skipString();
    else if (first === 0x2d || isDigit(first)) this.skipNumber();
    else if (first === 0x74 || first === 0x66) this.takeBoolean();
    else if (!this.skipNull()) this.failSyntax('a value');
  }

  #skipWord(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.bytes[this.at + i] !== word.charCodeAt(i)) this.#failAt(this.at + i, `'${word}'`);
    }
    this.at += word.length;
  }

  #skipDigits(): void {
    const start = this.at;
    while (isDigit(this.bytes[this.at] ?? 0)) this.at++;
    if (this.at === start) this.failSyntax('a digit');
  }

  /** `at` is on a backslash; returns where the escape ends. */
  #skipEscape(): number {
    const escape = this.bytes[this.at + 1] ?? 0;
    if (ESCAPES.has(escape)) return this.at + 2;
    if (escape !== 0x75) this.#failAt(this.at + 1, 'one of "\\/bfnrtu after a backslash');
    for (let i = 2; i < 6; i++) {
      if (hexDigit(this.bytes[this.at + i] ?? 0) === -1) this.#failAt(this.at + i, 'four hex digits after \\u');
    }
    return this.at + 6;
  }

  #copyRun(start: number, end: number, writer: ProtobufWriter): void {
    const { bytes, at } = writer;
    if (end - start > SHORT_RUN) bytes.set(this.bytes.subarray(start, end), at);
    else for (let i = start; i < end; i++) bytes[at + i - start] = this.bytes[i] as number;
    writer.at = at + end - start;
  }

  /** Escape at `at`, known to be whole; returns where it and, of a surrogate pair, its second half end. */
  #copyEscape(at: number, writer: ProtobufWriter): number {
    const plain = ESCAPES.get(this.bytes[at + 1] as number);
    if (plain !== undefined) {
      writer.bytes[writer.at++] = plain;
      return at + 2;
    }
    const unit = this.#unit(at + 2);
    let codePoint = unit;
    let end = at + 6;
    if (unit >= 0xd800 && unit < 0xe000) {
      codePoint = 0xfffd;
      if (unit < 0xdc00 && this.bytes[end] === BACKSLASH && this.bytes[end + 1] === 0x75) {
        const low = this.#unit(end + 2);
        if (low >= 0xdc00 && low < 0xe000) {
          codePoint = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
          end += 6;
        }
      }
    }
    writeCodePoint(codePoint, writer);
    return end;
  }

  #unit(at: number): number {
    let unit = 0;
    for (let i = 0; i < 4; i++) unit = unit * 16 + hexDigit(this.bytes[at + i] as number);
    return unit;
  }
}

export function hexDigit(byte: number): number {
  if (isDigit(byte)) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function pathText(path: readonly (string | number)[]): string {
  // A deep one is told by its two ends.
  const shown = path.length <= PATH_PARTS_MAX ? path : [...path.slice(0, PATH_PARTS_MAX - 4), '..', ...path.slice(-3)];
  return shown
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .slice(1);
}

/** First byte of a sequence by the number of bytes that follow it. */
const LEAD_BYTES = [0, 0xc0, 0xe0, 0xf0];

/** Room is there: an escape is never shorter than its UTF-8. */
function writeCodePoint(codePoint: number, writer: ProtobufWriter): void {
  const { bytes } = writer;
  if (codePoint < 0x80) bytes[writer.at++] = codePoint;
  else {
    const more = codePoint < 0x800 ? 1 : codePoint < 0x1_0000 ? 2 : 3;
    bytes[writer.at++] = (LEAD_BYTES[more] as number) | (codePoint >> (6 * more));
    for (let i = more - 1; i >= 0; i--) bytes[writer.at++] = 0x80 | ((codePoint >> (6 * i)) & 0x3f);
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
