import { isKey, keyBytes } from './key-bytes.ts';
import { scanMessage } from './scan-message.ts';
import { scratch, VARIABLE } from './scratch.ts';
import { maskedHash } from './siblings.ts';
import { templateText } from './template-text.ts';

/** A template as it is with more of its words variables. */
export interface Generalised {
  key: Uint8Array;
  hash: number;
  textBytes: Uint8Array;
  openRuns: number;
}

/**
 * What a template of the text in `scratch` with those open runs becomes when the tokens `masked` of its key are
 * variables; undefined when its text would not stand for its key, as all that is asked of it later goes by the text.
 */
export function generalisedAt(text: Uint8Array, masked: readonly number[], openRuns: number): Generalised | undefined {
  const key = keyBytes(text, masked);
  const hash = maskedHash(masked);
  const runs = runsAfter(openRuns, masked);
  const textBytes = templateText(text, masked);
  scanMessage(textBytes, 0, textBytes.length);
  return isKey(key, textBytes) ? { key, hash, textBytes, openRuns: runs } : undefined;
}

/** The bits of open runs once those tokens of the key in `scratch` are variables, their runs open too. */
export function runsAfter(openRuns: number, masked: readonly number[]): number {
  let bits = 0;
  let run = 0;
  let next = -1;
  let wasVariable = false;
  for (let token = 0; token < scratch.keyCount; token++) {
    const isMasked = masked.includes(token);
    const isVariable = isMasked || scratch.keyStart[token] === VARIABLE;
    if (isVariable && !wasVariable) next++;
    wasVariable = isVariable;
    if (!isVariable || next > 30) continue;
    if (isMasked) bits |= 1 << next;
    else if (run++ < 31 && ((openRuns >>> (run - 1)) & 1) === 1) bits |= 1 << next;
  }
  return bits;
}
