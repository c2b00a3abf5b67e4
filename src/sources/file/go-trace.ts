import { startsWith } from '../record/ascii.ts';

const HEADS = ['panic: ', 'fatal error: '];
const GOROUTINE = 'goroutine ';
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** What the runtime of Go writes when it dies: `panic: x`, and `goroutine 1 [running]:` with its functions, unindented. */
export class GoTrace {
  #isIn = false;

  restart(): void {
    this.#isIn = false;
  }

  /** Whether the line belongs to the trace that the record is, or has in it; a goroutine's head always does. */
  continues(bytes: Uint8Array, start: number, limit: number, recordStart: number): boolean {
    if (isGoroutine(bytes, start, limit)) {
      // Behind a blank line it begins a record.
      return (this.#isIn = recordStart < 0 || !isLineEnd(bytes[recordStart]));
    }
    if (!this.#isIn && !isHead(bytes, recordStart, start)) return false;
    const first = bytes[start];
    if (isLineEnd(first)) return isGoroutine(bytes, behindBlank(bytes, start, limit), limit);
    if (first === 0x5b) return startsWith(bytes, start, limit, '[signal ');
    if (!this.#isIn && !isGoroutine(bytes, recordStart, start)) return false;
    return isFrame(bytes, start, limit);
  }
}

/** Whether the line may be of a trace, whatever stood before it. */
export function mayBeOfGo(bytes: Uint8Array, start: number, limit: number): boolean {
  const first = bytes[start];
  if (isLineEnd(first) || isGoroutine(bytes, start, limit) || isFrame(bytes, start, limit)) return true;
  return first === 0x5b && startsWith(bytes, start, limit, '[signal ');
}

function isFrame(bytes: Uint8Array, start: number, limit: number): boolean {
  const first = bytes[start];
  if (first === 0x63 && startsWith(bytes, start, limit, 'created by ')) return true;
  if (first === 0x65 && startsWith(bytes, start, limit, 'exit status ')) return true;
  if (first === 0x2e && startsWith(bytes, start, limit, '...')) return true;
  return isCall(bytes, start, limit);
}

function isHead(bytes: Uint8Array, recordStart: number, end: number): boolean {
  if (recordStart < 0) return false;
  const first = bytes[recordStart];
  if (first === 0x67) return isGoroutine(bytes, recordStart, end);
  return (first === 0x70 || first === 0x66) && HEADS.some((head) => startsWith(bytes, recordStart, end, head));
}

/** `goroutine 17 [chan receive, 5 minutes]:` */
function isGoroutine(bytes: Uint8Array, start: number, limit: number): boolean {
  if (start < 0 || bytes[start] !== 0x67 || !startsWith(bytes, start, limit, GOROUTINE)) return false;
  const digits = start + GOROUTINE.length;
  let at = digits;
  while (at < limit && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++;
  return at > digits && at + 1 < limit && bytes[at] === 0x20 && bytes[at + 1] === 0x5b;
}

/** `net/http.(*conn).serve(0xc000, ...)`: no blank in front of the arguments, and nothing behind them. */
function isCall(bytes: Uint8Array, start: number, limit: number): boolean {
  let at = start;
  while (at < limit && bytes[at]! > 0x20 && bytes[at] !== 0x28) at++;
  if (at === start || at >= limit || bytes[at] !== 0x28) return false;
  while (at < limit && bytes[at] !== NEWLINE) at++;
  // Of a longer line the end is not seen.
  if (at === limit) return true;
  return bytes[at - 1] === 0x29 || (bytes[at - 1] === RETURN && bytes[at - 2] === 0x29);
}

function behindBlank(bytes: Uint8Array, start: number, limit: number): number {
  let at = start;
  while (at < limit && isLineEnd(bytes[at])) at++;
  return at;
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === NEWLINE || byte === RETURN;
}
