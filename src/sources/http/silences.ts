import { isSilence } from '../../outgoing/network-failure.ts';

/** A store that says nothing for the whole of its time is asked once more: it hangs, and others wait meanwhile. */
export const SILENCES_MAX = 2;

/** How often one call met nothing but silence, before its answer or in the middle of it. */
export class Silences {
  #count = 0;

  isTooMany(cause: unknown): boolean {
    if (isSilence(cause)) this.#count++;
    return this.#count >= SILENCES_MAX;
  }
}
