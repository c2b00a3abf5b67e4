import type { FileHandle } from 'node:fs/promises';

import { ContinuationRule } from './continuation.ts';
import { LineHead } from './line-head.ts';
import type { FileOutline } from './outline-file.ts';
import { PEEK_BYTES } from './text-reader.ts';

const NEWLINE = 0x0a;
const SEARCH_BYTES = 64 << 10;

/**
 * Where a file of text, which is open, can be read in parts: behind every `partBytes` the next line, within 64 KiB, that
 * continues no other, whatever stands before it, and that says its time. Rows that begin in a part then need nothing of
 * another.
 */
export async function textSplits(
  handle: FileHandle,
  { size, modifiedMs, dateOrder }: FileOutline,
  partBytes: number,
): Promise<number[]> {
  const rule = new ContinuationRule(modifiedMs);
  const head = new LineHead(modifiedMs, dateOrder);
  const buffer = Buffer.allocUnsafe(SEARCH_BYTES);
  const splits: number[] = [];
  for (let offset = partBytes; offset < size; offset += partBytes) {
    // It may have grown since; what it had is what is read.
    const { bytesRead } = await handle.read(buffer, 0, Math.min(SEARCH_BYTES, size - offset + 1), offset - 1);
    const isEnd = offset - 1 + bytesRead >= size;
    const start = firstApart(buffer.subarray(0, bytesRead), isEnd, rule, head);
    const split = offset - 1 + start;
    if (start >= 0 && split > (splits.at(-1) ?? 0)) splits.push(split);
  }
  return splits;
}

/** Begin of the first line after a line feed of `bytes` that stands by itself and says its time; -1 when there is none. */
function firstApart(bytes: Buffer, isEnd: boolean, rule: ContinuationRule, head: LineHead): number {
  for (let newline = bytes.indexOf(NEWLINE); newline !== -1; newline = bytes.indexOf(NEWLINE, newline + 1)) {
    const start = newline + 1;
    // A reader that sees less of it may take it for something else.
    if (start + PEEK_BYTES > bytes.length && !isEnd) return -1;
    if (start === bytes.length) return -1;
    if (rule.mayContinue(bytes, start, Math.min(bytes.length, start + PEEK_BYTES))) continue;
    const next = bytes.indexOf(NEWLINE, start);
    head.read(bytes, start, next === -1 ? bytes.length : next);
    if (!Number.isNaN(head.timestampMs)) return start;
  }
  return -1;
}
