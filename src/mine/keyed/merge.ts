import { generalisedAt } from './generalised.ts';
import type { Generalised } from './generalised.ts';
import { isKey } from './key-bytes.ts';
import type { KeyedTemplate } from './keyed-template.ts';
import { letIn } from './let-in.ts';
import type { Member } from './let-in.ts';
import { scanMessage } from './scan-message.ts';
import { sameBytes } from './shape-table.ts';
import { isSameEntry, maskedTokens } from './siblings.ts';

/** What templates become, and which. */
export interface Merger {
  merged: Generalised;
  members: readonly Member[];
}

/** What `template` becomes when its words with the sibling entry `entry` are variables; undefined when it has none. */
function generalised(template: KeyedTemplate, entry: number): Generalised | undefined {
  const word = template.siblingHashes.findIndex((own) => isSameEntry(own, entry));
  if (word < 0) return undefined;
  const text = template.textBytes;
  scanMessage(text, 0, text.length);
  return isKey(template.key, text) ? generalisedAt(text, maskedTokens(text, word), template.openRuns) : undefined;
}

/** Those of `templates` that become the same as `template` does; itself is one. */
export function siblingsOf(
  templates: Iterable<KeyedTemplate>,
  template: KeyedTemplate,
  entry: number,
): Merger | undefined {
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

/**
 * The oldest of `members`, of the template `general` that has their text already and of those of `templates` that they
 * let in as one; the others, and the names that all had.
 */
export function joined(
  templates: Iterable<KeyedTemplate>,
  { merged, members }: Merger,
  general: KeyedTemplate | undefined,
): { survivor: KeyedTemplate; absorbed: KeyedTemplate[]; identities: string[] } {
  const parts = new Set(members.map(({ template }) => template));
  if (general !== undefined) parts.add(general);
  let openRuns = members.reduce((bits, member) => bits | member.openRuns, general?.openRuns ?? 0);
  for (const late of letIn(templates, { key: merged.key, openRuns })) {
    parts.add(late.template);
    openRuns |= late.openRuns;
  }
  // Whoever was used last, the names come in one order.
  const [survivor, ...absorbed] = [...parts].toSorted((a, b) => a.id - b.id) as [KeyedTemplate, ...KeyedTemplate[]];
  survivor.openRuns = openRuns;
  return {
    survivor,
    absorbed,
    identities: [survivor, ...absorbed].flatMap((part) => [...part.aliases, part.identity]),
  };
}
