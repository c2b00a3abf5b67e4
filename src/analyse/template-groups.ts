import type { TemplateGroup } from '../cluster/template-group.ts';
import { TimeBuckets } from '../cluster/time-buckets.ts';
import { OVERFLOW_TEMPLATE } from '../domain/cluster.ts';
import { LEVELS } from '../domain/level.ts';
import { createMiner } from '../mine/create-miner.ts';
import { ALIASES_MAX, CHANGED } from '../mine/template-miner.ts';
import type { MinedTemplate, MinerOptions, TemplateMiner } from '../mine/template-miner.ts';
import type { HeldGroup } from './group-set.ts';
import type { RowCursor } from './row-run.ts';
import { endWithin } from '../domain/end-within.ts';

/** Behind every template that a miner makes. */
const OVERFLOW_ORDER = 0xffff_ffff;

const SAMPLES_MAX = 10;
const SAMPLE_BYTES_MAX = 16 << 10;
/** Text of all samples together; further groups show one line each, and that cut short. */
export const ALL_SAMPLES_BYTES_MAX = 48 << 20;
const SPARE_SAMPLE_BYTES = 256;

/** Samples' bytes over all services of a window. */
export interface SampleBudget {
  usedBytes: number;
}

/** What adds up when groups become one. */
type Counts = Pick<TemplateGroup, 'logCount' | 'levelCounts' | 'firstSeen' | 'lastSeen' | 'times' | 'samples'>;

interface Group extends Counts {
  template: MinedTemplate;
}

const decoder = new TextDecoder();

/** Counts the sorted rows of one service by template. Every row is in exactly one group, evictions and mergers or not. */
export class TemplateGroups {
  readonly miner: TemplateMiner;
  readonly #service: string;
  readonly #maxTemplates: number;
  readonly #budget: SampleBudget;
  readonly #groups = new Map<number, Group>();
  #overflow: TemplateGroup | undefined;

  constructor(service: string, options: MinerOptions, budget: SampleBudget) {
    this.#service = service;
    this.miner = createMiner(options);
    this.#maxTemplates = options.maxTemplates;
    this.#budget = budget;
  }

  /** @param bucket of the window that the row is in; rows come in the order of time. */
  add(row: RowCursor, bucket: number): MinedTemplate {
    const template = this.miner.mine(row.bytes, row.messageStart, row.messageEnd);
    let group = this.#groups.get(template.id);
    if (group === undefined) {
      if (this.#groups.size >= 2 * this.#maxTemplates) this.#foldEvicted();
      group = {
        template,
        logCount: 0,
        levelCounts: new Uint32Array(LEVELS.length),
        firstSeen: row.timestampMs,
        lastSeen: row.timestampMs,
        times: new TimeBuckets(),
        samples: [],
      };
      this.#groups.set(template.id, group);
    }
    if (this.miner.change === CHANGED) this.#foldAbsorbed(group);
    group.logCount++;
    group.levelCounts[row.level]!++;
    group.lastSeen = row.timestampMs;
    group.times.add(bucket);
    if (group.samples.length < SAMPLES_MAX) this.#sample(group, row);
    return template;
  }

  /** Counts rows of a template that came after those that were added, and would have changed nothing. */
  addCounted(template: MinedTemplate, { level, count, lastMs, times }: Omit<HeldGroup, 'key'>): void {
    const group = this.#groups.get(template.id)!;
    group.logCount += count;
    group.levelCounts[level]! += count;
    group.lastSeen = Math.max(group.lastSeen, lastMs);
    group.times.merge(times);
  }

  /** One group an identity: two templates that came to the same are one to the reader. */
  finish(): TemplateGroup[] {
    if (this.miner.evicted > 0) this.#foldEvicted();
    const byIdentity = new Map<string, TemplateGroup>();
    for (const group of this.#groups.values()) {
      const named = this.#named(group);
      const same = byIdentity.get(named.identity);
      if (same === undefined) byIdentity.set(named.identity, named);
      else joinGroups(same, named);
    }
    return this.#overflow === undefined ? [...byIdentity.values()] : [...byIdentity.values(), this.#overflow];
  }

  #sample(group: Group, row: RowCursor): void {
    const isSpare = this.#budget.usedBytes >= ALL_SAMPLES_BYTES_MAX;
    if (isSpare && group.samples.length > 0) return;
    const bytesMax = isSpare ? SPARE_SAMPLE_BYTES : SAMPLE_BYTES_MAX;
    const { bytes, messageStart: start, messageEnd: end } = row;
    const cut = endWithin(bytes, start, end, bytesMax);
    // slice, not subarray: TextDecoder refuses views of shared memory.
    const message = decoder.decode(bytes.slice(start, cut));
    this.#budget.usedBytes += cut - start;
    const level = LEVELS[row.level]!;
    group.samples.push({ timestamp: row.timestampMs, message, level, service: this.#service });
  }

  #foldAbsorbed(survivor: Group): void {
    for (const { id } of this.miner.absorbed) {
      const group = this.#groups.get(id);
      // It has none when it had to give up its place before it was absorbed.
      if (group === undefined || group === survivor) continue;
      this.#groups.delete(id);
      mergeCounts(survivor, group);
    }
  }

  #foldEvicted(): void {
    const held = new Set<number>();
    for (const template of this.miner.templates()) held.add(template.id);
    for (const [id, group] of this.#groups) {
      if (held.has(id)) continue;
      this.#groups.delete(id);
      const folded = this.#named(group);
      if (this.#overflow === undefined) this.#overflow = overflowOf(folded);
      else mergeCounts(this.#overflow, folded);
    }
  }

  #named(group: Group): TemplateGroup {
    const { template, ...counts } = group;
    return {
      ...counts,
      service: this.#service,
      template: template.text,
      identity: template.identity,
      aliases: template.aliases.filter((alias) => alias !== template.identity),
      tokenCount: template.tokenCount,
      templateOrder: template.id,
      isOverflow: false,
    };
  }
}

/** The group as its service's overflow; itself when it is that already. */
export function overflowOf(group: TemplateGroup): TemplateGroup {
  if (group.isOverflow) return group;
  return {
    ...group,
    template: OVERFLOW_TEMPLATE,
    identity: OVERFLOW_TEMPLATE,
    aliases: [],
    tokenCount: 1,
    templateOrder: OVERFLOW_ORDER,
    isOverflow: true,
  };
}

/** Adds the counts of `from`, and shows the earliest samples of both. */
export function mergeCounts(into: Counts, from: Counts): void {
  into.logCount += from.logCount;
  from.levelCounts.forEach((count, level) => (into.levelCounts[level]! += count));
  into.firstSeen = Math.min(into.firstSeen, from.firstSeen);
  into.lastSeen = Math.max(into.lastSeen, from.lastSeen);
  into.times.merge(from.times);
  if (into.samples.length === SAMPLES_MAX && from.firstSeen > into.samples.at(-1)!.timestamp) return;
  into.samples = [...into.samples, ...from.samples].toSorted((a, b) => a.timestamp - b.timestamp).slice(0, SAMPLES_MAX);
}

function joinGroups(into: TemplateGroup, from: TemplateGroup): void {
  mergeCounts(into, from);
  into.templateOrder = Math.min(into.templateOrder, from.templateOrder);
  into.aliases = [...new Set([...into.aliases, ...from.aliases])].slice(-ALIASES_MAX);
}
