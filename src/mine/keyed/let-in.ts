import { runsAfter } from './generalised.ts';
import type { Generalised } from './generalised.ts';
import { isKey } from './key-bytes.ts';
import type { KeyedTemplate } from './keyed-template.ts';
import { keyMatchesOpen, matchesOpen, runOf } from './open-match.ts';
import { isParticiple } from './outcome-words.ts';
import { scanMessage } from './scan-message.ts';
import { scratch } from './scratch.ts';

/** One of the templates that become one. */
export interface Member {
  template: KeyedTemplate;
  /** As they are once it has become the same as the others. */
  openRuns: number;
}

type Pattern = Pick<Generalised, 'key' | 'openRuns'>;

/**
 * Those of `templates` that the open runs of `pattern` let in: lines of theirs would be its own, had they come later. The
 * hashes of the words that stand in those runs are added to what was `seen` in each.
 */
export function letIn(
  templates: Iterable<KeyedTemplate>,
  pattern: Pattern,
  seen?: ReadonlyMap<number, Set<number>>,
): Member[] {
  const members: Member[] = [];
  for (const template of templates) {
    if (!keyMatchesOpen(pattern.key, pattern.openRuns, template.key)) continue;
    const openRuns = openRunsIn(template, pattern, seen);
    if (openRuns >= 0) members.push({ template, openRuns });
  }
  return members;
}

/** The open runs of the template once it is the same as `pattern`; -1 when it cannot be. */
function openRunsIn(template: KeyedTemplate, pattern: Pattern, seen?: ReadonlyMap<number, Set<number>>): number {
  const { textBytes } = template;
  scanMessage(textBytes, 0, textBytes.length);
  if (!isKey(template.key, textBytes) || !matchesOpen(pattern.key, pattern.openRuns, textBytes)) return -1;
  const masked: number[] = [];
  const { keyCount, keyStart, keyEnd, keyHash } = scratch;
  for (let token = 0; token < keyCount; token++) {
    if (keyStart[token]! < 0 || runOf[token]! < 0) continue;
    if (isParticiple(textBytes, keyStart[token]!, keyEnd[token]!)) return -1;
    masked.push(token);
  }
  for (const token of masked) seen?.get(runOf[token]!)?.add(keyHash[token]!);
  return runsAfter(template.openRuns, masked);
}
