import { lookup, recallLine, rememberLine } from '../line-cache.ts';
import { remembered } from '../recallable.ts';
import type { Recallable } from '../recallable.ts';
import { SHAPED_BYTES_MAX } from '../simd/assembly/layout.ts';
import { recallAt, rememberAt } from '../simd/remembered-lines.ts';
import { copyLine, scanner } from '../simd/scanner.ts';
import { lineShape, NO_SHAPE, shape } from './line-shape.ts';

/** Length of the shape of the line asked for last. */
let shapeLength = NO_SHAPE;
let isTooLong = false;

/**
 * The template that a line of the same shape found before, or the same line where it has no shape; see `recallLine`.
 * How long it is and how many tokens it has is then in `remembered`.
 */
export function recallByShape(bytes: Uint8Array, start: number, end: number, owner: number): Recallable | undefined {
  if (scanner === undefined) return recallPlainly(bytes, start, end, owner);
  const length = end - start;
  isTooLong = length > SHAPED_BYTES_MAX;
  if (isTooLong) return undefined;
  const at = copyLine(bytes, start, end);
  return recallAt(scanner.recallShape(at, at + length, owner), length);
}

/** Remembers the line asked for last: it joined `template` and changed nothing. */
export function rememberByShape(
  bytes: Uint8Array,
  start: number,
  end: number,
  owner: number,
  template: Recallable,
  counts: { tokenCount: number; charCount: number },
): void {
  if (scanner !== undefined) {
    if (isTooLong) return;
    rememberAt(scanner.remember(template.recallVersion, counts.tokenCount, counts.charCount), template);
  } else if (shapeLength === NO_SHAPE)
    rememberLine(bytes, start, end, owner, template, counts, lookup.set, lookup.hash);
  else rememberLine(shape, 0, shapeLength, -owner, template, counts, lookup.set, lookup.hash);
}

function recallPlainly(bytes: Uint8Array, start: number, end: number, owner: number): Recallable | undefined {
  shapeLength = lineShape(bytes, start, end);
  if (shapeLength === NO_SHAPE) return recallLine(bytes, start, end, owner);
  // No line to the letter has the owner that shapes have.
  const found = recallLine(shape, 0, shapeLength, -owner);
  if (found !== undefined) remembered.charCount = end - start;
  return found;
}
