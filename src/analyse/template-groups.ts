import type { TemplateGroup } from '../cluster/build-clusters.ts';
import { LEVELS } from '../domain/level.ts';
import type { LogRow } from '../domain/row.ts';
import { createMiner } from '../mine/create-miner.ts';
import type { MinedTemplate, MinerOptions, TemplateMiner } from '../mine/template-miner.ts';
import type { RowCursor } from './row-run.ts';
import { wholeCharacters } from './row-sorter.ts';

/** Template of the group that keeps the counts of templates which a service had to give up. */
export const OVERFLOW_TEMPLATE = '<overflow>';

/** Behind every template that Drain makes. */
const OVERFLOW_ORDER = 0xffff_ffff;

const SAMPLES_MAX = 10;
const SAMPLE_BYTES_MAX = 16 << 10;
/** Text of all samples together; further groups show one line each, and that cut short. */
const ALL_SAMPLES_BYTES_MAX = 48 << 20;
const SPARE_SAMPLE_BYTES = 256;

/** Samples' bytes over all services of a window. */
export interface SampleBudget {
  usedBytes: number;
}

interface Group {
  template: MinedTemplate;
  logCount: number;
  levelCounts: Uint32Array;
  firstSeen: number;
  lastSeen: number;
  samples: LogRow[];
}

const decoder = new TextDecoder();

/** Counts the sorted rows of one service by template. Every row is in exactly one group, evictions or not. */
export class TemplateGroups {
  readonly #service: string;
  readonly #miner: TemplateMiner;
  readonly #maxTemplates: number;
  readonly #budget: SampleBudget;
  readonly #groups = new Map<number, Group>();
  #overflow: TemplateGroup | undefined;

  constructor(service: string, options: MinerOptions, budget: SampleBudget) {
    this.#service = service;
    this.#miner = createMiner(options);
    this.#maxTemplates = options.maxTemplates;
    this.#budget = budget;
  }

  add(row: RowCursor): void {
    const template = this.#miner.mine(row.bytes, row.messageStart, row.messageEnd);
    let group = this.#groups.get(template.id);
    if (group === undefined) {
      if (this.#groups.size >= 2 * this.#maxTemplates) this.#foldEvicted();
      group = {
        template,
        logCount: 0,
        levelCounts: new Uint32Array(LEVELS.length),
        firstSeen: row.timestampMs,
        lastSeen: row.timestampMs,
        samples: [],
      };
      this.#groups.set(template.id, group);
    }
    group.logCount++;
    group.levelCounts[row.level]!++;
    group.lastSeen = row.timestampMs;
    if (group.samples.length < SAMPLES_MAX) this.#sample(group, row);
  }

  /** One group a template text: two of Drain's clusters that came to the same text are one to the reader. */
  finish(): TemplateGroup[] {
    if (this.#miner.evicted > 0) this.#foldEvicted();
    const byText = new Map<string, TemplateGroup>();
    for (const group of this.#groups.values()) {
      const named = this.#named(group);
      const same = byText.get(named.template);
      if (same === undefined) byText.set(named.template, named);
      else {
        mergeGroups(same, named);
        same.templateOrder = Math.min(same.templateOrder, named.templateOrder);
      }
    }
    return this.#overflow === undefined ? [...byText.values()] : [...byText.values(), this.#overflow];
  }

  #sample(group: Group, row: RowCursor): void {
    const isSpare = this.#budget.usedBytes >= ALL_SAMPLES_BYTES_MAX;
    if (isSpare && group.samples.length > 0) return;
    const bytesMax = isSpare ? SPARE_SAMPLE_BYTES : SAMPLE_BYTES_MAX;
    const { bytes, messageStart: start, messageEnd: end } = row;
    const cut = end - start > bytesMax ? wholeCharacters(bytes, start, start + bytesMax) : end;
    // slice, not subarray: TextDecoder refuses views of shared memory.
    const message = decoder.decode(bytes.slice(start, cut));
    this.#budget.usedBytes += cut - start;
    const level = LEVELS[row.level]!;
    group.samples.push({ timestamp: row.timestampMs, message, level, service: this.#service });
  }

  #foldEvicted(): void {
    const held = new Set<number>();
    for (const template of this.#miner.templates()) held.add(template.id);
    for (const [id, group] of this.#groups) {
      if (held.has(id)) continue;
      this.#groups.delete(id);
      const folded = this.#named(group);
      if (this.#overflow === undefined) this.#overflow = overflowOf(folded);
      else mergeGroups(this.#overflow, folded);
    }
  }

  #named(group: Group): TemplateGroup {
    const { template, ...counts } = group;
    return {
      ...counts,
      service: this.#service,
      template: template.text,
      tokenCount: template.tokenCount,
      templateOrder: template.id,
    };
  }
}

/** The group as its service's overflow; itself when it is that already. */
export function overflowOf(group: TemplateGroup): TemplateGroup {
  if (group.templateOrder === OVERFLOW_ORDER) return group;
  return { ...group, template: OVERFLOW_TEMPLATE, tokenCount: 1, templateOrder: OVERFLOW_ORDER };
}

/** Adds the counts of `from`, and shows the earliest samples of both. */
export function mergeGroups(into: TemplateGroup, from: TemplateGroup): void {
  into.logCount += from.logCount;
  from.levelCounts.forEach((count, level) => (into.levelCounts[level]! += count));
  into.firstSeen = Math.min(into.firstSeen, from.firstSeen);
  into.lastSeen = Math.max(into.lastSeen, from.lastSeen);
  if (into.samples.length === SAMPLES_MAX && from.firstSeen > into.samples.at(-1)!.timestamp) return;
  into.samples = [...into.samples, ...from.samples].toSorted((a, b) => a.timestamp - b.timestamp).slice(0, SAMPLES_MAX);
}
