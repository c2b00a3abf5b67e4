import type { TemplateAnswer } from '../../serve/schemas/template.ts';
import { whole } from '../ui/format.ts';

type Parameter = TemplateAnswer['parameters'][number];

/** Up to so many values are counted one by one. */
const COUNTED_MAX = 4;
/** The estimate is some per cent off up to here, and soon after ends. */
const ESTIMATED_MAX = 1000;
const SHOWN = 3;
const VALUE_CHARS_MAX = 80;

/** How many values there are, without more digits than are known. */
export function distinctWords(distinct: number): string {
  if (distinct <= COUNTED_MAX) return whole(distinct);
  if (distinct > ESTIMATED_MAX) return `> ${whole(ESTIMATED_MAX)}`;
  const step = distinct < 100 ? 1 : 10;
  return `≈ ${whole(Math.round(distinct / step) * step)}`;
}

/**
 * The values that come often; empty where none does. Their counts are what is at least left of them (Misra and Gries):
 * one that is 1 is only the value that came last.
 */
export function oftenOf(top: Parameter['top'], observed: number): string {
  return top
    .filter(({ count }) => count > 1 || observed === 1)
    .slice(0, SHOWN)
    .map(({ value }) => value.slice(0, VALUE_CHARS_MAX))
    .join(', ');
}
