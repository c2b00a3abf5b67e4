import { forgetPlainLines } from './line-cache.ts';
import { forgetScannedLines } from './simd/remembered-lines.ts';

/** Lets go of all lines, so that the templates of miners that are gone, or evicted ones, take no memory. */
export function forgetLines(): void {
  forgetPlainLines();
  forgetScannedLines();
}
