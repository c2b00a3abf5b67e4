import { generalisedAt } from './generalised.ts';
import { isKey } from './key-bytes.ts';
import type { KeyedTemplate } from './keyed-template.ts';
import { letIn } from './let-in.ts';
import type { Merger } from './merge.ts';
import { isParticiple } from './outcome-words.ts';
import { scanMessage } from './scan-message.ts';
import { scratch, VARIABLE } from './scratch.ts';
import { maskedTokens } from './siblings.ts';

/** Words that stand in one place before it may vary beside others: two may well say two things. */
const VALUES_MIN = 3;
/** What is left of the line has to say something. */
const WORDS_LEFT_MIN = 3;
/** So many combinations of words are no coincidence. */
const MEMBERS_MIN = 12;

/**
 * Those of `templates` that differ from `template` in its words with the sibling entries `entries`, in any of them at
 * once: where several words of a line vary, each on its own, few of their combinations differ in one word alone.
 */
export function familyOf(
  templates: Iterable<KeyedTemplate>,
  template: KeyedTemplate,
  entries: readonly number[],
): Merger | undefined {
  const text = template.textBytes;
  scanMessage(text, 0, text.length);
  if (!isKey(template.key, text)) return undefined;
  const { keyStart, keyCount } = scratch;
  let words = 0;
  for (let i = 0; i < keyCount; i++) if (keyStart[i]! >= 0) words++;
  const siblings = template.siblingHashes;
  const varying = entries.flatMap((entry) => maskedTokens(text, siblings.indexOf(entry)));
  let masked = maskable(text, varying);
  while (masked.length > 1 && words - masked.length >= WORDS_LEFT_MIN) {
    scanMessage(text, 0, text.length);
    const merged = generalisedAt(text, masked, template.openRuns);
    if (merged === undefined) return undefined;
    const seen = new Map(runsOf(merged.openRuns & ~template.openRuns).map((run) => [run, new Set<number>()]));
    const members = letIn(templates, merged, seen);
    if (members.length < MEMBERS_MIN) return undefined;
    const values = [...seen.values()];
    const kept = masked.filter((_, i) => values[i] !== undefined && values[i].size >= VALUES_MIN);
    if (kept.length === masked.length) return { merged, members };
    masked = kept;
  }
  return undefined;
}

/** Those of the tokens that may vary together: a run of variables lets in one word. */
function maskable(bytes: Uint8Array, tokens: readonly number[]): number[] {
  const { keyStart, keyEnd } = scratch;
  const masked: number[] = [];
  for (const token of tokens.toSorted((a, b) => a - b)) {
    if (isParticiple(bytes, keyStart[token]!, keyEnd[token]!)) continue;
    const last = masked.at(-1) ?? -2;
    let isApart = last < 0;
    for (let between = last + 1; between < token && !isApart; between++) isApart = keyStart[between] !== VARIABLE;
    if (isApart) masked.push(token);
  }
  return masked;
}

function runsOf(openRuns: number): number[] {
  const runs: number[] = [];
  for (let run = 0; run < 31; run++) if ((openRuns >>> run) & 1) runs.push(run);
  return runs;
}
