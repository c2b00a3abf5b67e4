import { isKey, keyBytes } from './key-bytes.ts';
import type { KeyedTemplate } from './keyed-template.ts';
import { scanMessage } from './scan-message.ts';
import { scratch, VARIABLE } from './scratch.ts';
import { sameBytes } from './shape-table.ts';
import { isSameEntry, maskedHash, maskedTokens } from './siblings.ts';
import { templateText } from './template-text.ts';

/** A template as it is with more of its words variables. */
export interface Generalised {
  key: Uint8Array;
  hash: number;
  textBytes: Uint8Array;
  openRuns: number;
}

/** What `template` becomes when its words with the sibling entry `entry` are variables; undefined when it has none. */
function generalised(template: KeyedTemplate, entry: number): Generalised | undefined {
  const word = template.siblingHashes.findIndex((own) => isSameEntry(own, entry));
  if (word < 0) return undefined;
  const text = template.textBytes;
  scanMessage(text, 0, text.length);
  if (!isKey(template.key, text)) return undefined;
  const masked = maskedTokens(text, word);
  const key = keyBytes(text, masked);
  const hash = maskedHash(masked);
  const openRuns = runsAfter(template.openRuns, masked);
  const textBytes = templateText(text, masked);
  // Its text has to stand for the new key, as everything that is asked of it later goes by the text.
  scanMessage(textBytes, 0, textBytes.length);
  return isKey(key, textBytes) ? { key, hash, textBytes, openRuns } : undefined;
}

interface Member {
  template: KeyedTemplate;
  /** As they are once it has become the same as the others. */
  openRuns: number;
}

/** Those of `templates` that become the same as `template` does; itself is one. */
export function siblingsOf(
  templates: Iterable<KeyedTemplate>,
  template: KeyedTemplate,
  entry: number,
): { merged: Generalised; members: Member[] } | undefined {
  const merged = generalised(template, entry);
  if (merged === undefined) return undefined;
  const members: Member[] = [];
  for (const each of templates) {
    const same = each === template ? merged : generalised(each, entry);
    if (same !== undefined && sameBytes(same.key, merged.key))
      members.push({ template: each, openRuns: same.openRuns });
  }
  return { merged, members };
}

/** The first of `templates` that has an entry with that hash, and the entry with its weight. */
export function anyWithEntry(
  templates: Iterable<KeyedTemplate>,
  hash: number,
): { template: KeyedTemplate; entry: number } | undefined {
  for (const template of templates) {
    const entry = template.siblingHashes.find((own) => isSameEntry(own, hash));
    if (entry !== undefined) return { template, entry };
  }
  return undefined;
}

/** The oldest of `members` and of the template that has their text already, the others, and the names that all had. */
export function joined(
  members: readonly Member[],
  general: KeyedTemplate | undefined,
): { survivor: KeyedTemplate; absorbed: KeyedTemplate[]; identities: string[] } {
  const parts = members.map(({ template }) => template);
  if (general !== undefined && !parts.includes(general)) parts.push(general);
  // Whoever was used last, the names come in one order.
  const [survivor, ...absorbed] = parts.toSorted((a, b) => a.id - b.id) as [KeyedTemplate, ...KeyedTemplate[]];
  survivor.openRuns = members.reduce((bits, member) => bits | member.openRuns, general?.openRuns ?? 0);
  return {
    survivor,
    absorbed,
    identities: [survivor, ...absorbed].flatMap((part) => [...part.aliases, part.identity]),
  };
}

/** The bits of open runs once those tokens of the key in `scratch` are variables, their runs open too. */
function runsAfter(openRuns: number, masked: readonly number[]): number {
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
