import { remembered } from '../recallable.ts';
import type { Recallable } from '../recallable.ts';
import { REMEMBERED_NUMBERS, REMEMBERED_SETS, REMEMBERED_WAYS } from './assembly/layout.ts';
import { scanner } from './scanner.ts';

// As in `assembly/remembered-lines.ts`.
const SET_NUMBERS = 32;
const OWNER = REMEMBERED_WAYS;
const VERSION = 3 * REMEMBERED_WAYS;
const TOKEN_COUNT = 4 * REMEMBERED_WAYS;
const CHAR_COUNT = 5 * REMEMBERED_WAYS;

const numbers = scanner?.numbers ?? new Int32Array(0);
const templates: (Recallable | undefined)[] =
  scanner === undefined ? [] : Array.from({ length: REMEMBERED_SETS * REMEMBERED_WAYS });
let isEmpty = true;

/** Template of the remembered line at `place`, which may be -1, while it counts; its counts go to `remembered`. */
export function recallAt(place: number, bytes: number): Recallable | undefined {
  if (place < 0) return undefined;
  const template = templates[place];
  const at = (REMEMBERED_NUMBERS >> 2) + (place >> 2) * SET_NUMBERS + (place & 3);
  if (template === undefined || template.recallVersion !== numbers[at + VERSION]) return undefined;
  remembered.tokenCount = numbers[at + TOKEN_COUNT]!;
  // Shapes, which have owners below zero, are of lines of any length, one byte a character.
  remembered.charCount = numbers[at + OWNER]! < 0 ? bytes : numbers[at + CHAR_COUNT]!;
  return template;
}

export function rememberAt(place: number, template: Recallable): void {
  if (place < 0) return;
  isEmpty = false;
  templates[place] = template;
}

/** Lets go of all templates. */
export function forgetScannedLines(): void {
  if (isEmpty) return;
  isEmpty = true;
  templates.fill(undefined);
  scanner?.forget();
}
