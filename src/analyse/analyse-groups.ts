import { TimeBuckets, bucketWidthMs } from '../cluster/time-buckets.ts';
import type { WindowAnalysis } from '../domain/cluster.ts';
import { CHANGED, UNCHANGED } from '../mine/template-miner.ts';
import type { MinedTemplate, MinerOptions } from '../mine/template-miner.ts';
import { GroupsUnsettled } from '../sources/pull/row-groups.ts';
import { bucketOf, conclude, serviceMiner } from './analyse-rows.ts';
import type { AnalyseOptions } from './analyse-rows.ts';
import type { GroupSet, HeldGroup } from './group-set.ts';
import type { RowCursor } from './row-run.ts';
import { ALL_SAMPLES_BYTES_MAX, TemplateGroups } from './template-groups.ts';
import type { SampleBudget } from './template-groups.ts';

/** Look-ups of groups mined before, after something has changed, about half a microsecond each. */
const LOOKUPS_MAX = 40_000_000;
const LOOKUPS_PER_TICK = 4096;

/** Thrown where rows of some groups belong to different templates at different times: those have to come one by one. */
export class GroupsDrift extends Error {
  override readonly name = 'GroupsDrift';
  /** Numbers of the groups. */
  readonly groups: readonly number[];

  constructor(groups: readonly number[]) {
    super('lines of one kind belong to different templates at different times');
    this.groups = groups;
  }
}

/**
 * The answer over a window whose rows the store has counted in groups: byte for byte that of `analyseRows` over the
 * same rows. Throws `GroupsDrift` or `GroupsUnsettled` where that cannot be shown.
 *
 * Rows of a group are alike to the miner: in any state they find, or make, the same template. So the first ten of each
 * are mined in the order of all rows, and the others only counted. That is the same if each of those others would find
 * the template of the first (or what it became part of) and change nothing, whenever it came. What a line finds only
 * changes when another line changes the templates: then every group that has rows to come is looked up again. If one
 * finds another template than its own, or would make one, the groups are no answer.
 */
export function analyseGroups(set: GroupSet, options: AnalyseOptions, tick: () => void): WindowAnalysis {
  const { services, groups } = set;
  const miner = serviceMiner(services, options);
  const budget: SampleBudget = { usedBytes: 0 };
  const lookups = new Lookups(miner.profile === 'drain3', tick);
  const widthMs = bucketWidthMs(set.lastMs - set.firstMs);
  const own: (MinedService | undefined)[] = Array.from({ length: services.names.length });
  set.visit((row, number) => {
    own[row.service] ??= new MinedService(services.names[row.service]!, miner, budget, lookups);
    own[row.service]!.add(row, bucketOf(row.timestampMs, set.firstMs, widthMs), number, groups[number]!);
  });
  if (lookups.drifting.size > 0) throw new GroupsDrift([...lookups.drifting]);
  if (budget.usedBytes >= ALL_SAMPLES_BYTES_MAX)
    throw new GroupsUnsettled('the window has more text in its samples than are kept');
  for (const service of own) service?.addUnmined();
  tick();
  const clusters = conclude(own, options, widthMs, tick);
  return { log_count: set.rows, cluster_count: clusters.length, truncated: false, clusters };
}

/** Counts how often groups are looked up again, and gives up when it is too often. */
class Lookups {
  /** Whether a template that is made may draw lines from others, as in Drain; else only one that changes does. */
  readonly afterCreation: boolean;
  readonly drifting = new Set<number>();
  readonly #tick: () => void;
  #count = 0;

  constructor(afterCreation: boolean, tick: () => void) {
    this.afterCreation = afterCreation;
    this.#tick = tick;
  }

  next(): void {
    if (this.#count++ % LOOKUPS_PER_TICK === 0) this.#tick();
    if (this.#count > LOOKUPS_MAX)
      throw new GroupsUnsettled('the window has too many different lines whose templates change');
  }
}

/** A group as it was met first, the template that its rows belong to, and its rows that have not been mined. */
interface Mined {
  bytes: Uint8Array;
  start: number;
  end: number;
  template: MinedTemplate;
  group: HeldGroup;
  left: number;
  leftInBuckets: number[];
}

class MinedService {
  readonly #templates: TemplateGroups;
  readonly #lookups: Lookups;
  /** All groups met so far, by number. */
  readonly #mined = new Map<number, Mined>();
  /** Those of them that have rows to come that will not be mined. */
  readonly #open = new Map<number, Mined>();

  constructor(name: string, miner: MinerOptions, budget: SampleBudget, lookups: Lookups) {
    this.#templates = new TemplateGroups(name, miner, budget);
    this.#lookups = lookups;
  }

  add(row: RowCursor, bucket: number, number: number, group: HeldGroup): void {
    const template = this.#templates.add(row, bucket);
    const { miner } = this.#templates;
    if (miner.evicted > 0) throw new GroupsUnsettled('a service has more templates than have a place');
    let mined = this.#mined.get(number);
    if (mined === undefined) {
      const { bytes, messageStart: start, messageEnd: end } = row;
      mined = { bytes, start, end, template, group, left: group.count, leftInBuckets: [...group.times.counts] };
      this.#mined.set(number, mined);
      this.#open.set(number, mined);
    } else if (mined.template !== template || miner.change !== UNCHANGED) {
      this.#lookups.drifting.add(number);
      mined.template = template;
    }
    if (--mined.left === 0) this.#open.delete(number);
    const at = group.times.numbers.indexOf(bucket);
    if (mined.left < 0 || at < 0 || --mined.leftInBuckets[at]! < 0)
      throw new GroupsUnsettled('the counts of the window do not add up');
    if (miner.change === CHANGED || (this.#lookups.afterCreation && miner.change !== UNCHANGED))
      this.#lookAgain(template, row.timestampMs);
  }

  addUnmined(): void {
    for (const { template, group, left, leftInBuckets } of this.#open.values()) {
      const times = new TimeBuckets();
      group.times.numbers.forEach((number, i) => {
        if (leftInBuckets[i] === 0) return;
        times.numbers.push(number);
        times.counts.push(leftInBuckets[i]!);
      });
      this.#templates.addCounted(template, { ...group, count: left, times });
    }
  }

  finish(): ReturnType<TemplateGroups['finish']> {
    return this.#templates.finish();
  }

  #lookAgain(changed: MinedTemplate, nowMs: number): void {
    const { miner } = this.#templates;
    const absorbed = new Set(miner.absorbed);
    // Of all groups, as rows that were mined already move with their template, too.
    if (absorbed.size > 0)
      for (const mined of this.#mined.values()) if (absorbed.has(mined.template)) mined.template = changed;
    for (const [number, mined] of this.#open) {
      if (mined.group.lastMs < nowMs) continue;
      this.#lookups.next();
      if (miner.find(mined.bytes, mined.start, mined.end) !== mined.template) this.#lookups.drifting.add(number);
    }
  }
}
