import { TimeBuckets, bucketWidthMs } from '../cluster/time-buckets.ts';
import type { WindowAnalysis } from '../domain/cluster.ts';
import { CHANGED, UNCHANGED } from '../mine/template-miner.ts';
import type { MinedTemplate } from '../mine/template-miner.ts';
import { GroupsUnsettled } from '../sources/pull/row-groups.ts';
import { bucketOf, conclude, serviceMiner } from './analyse-rows.ts';
import type { AnalyseOptions } from './analyse-rows.ts';
import type { GroupSet } from './group-set.ts';
import type { RowCursor } from './row-run.ts';
import { ALL_SAMPLES_BYTES_MAX, TemplateGroups } from './template-groups.ts';
import type { SampleBudget } from './template-groups.ts';

/** Look-ups of groups mined before, after something has changed, about half a microsecond each. */
const LOOKUPS_MAX = 40_000_000;
const LOOKUPS_PER_TICK = 4096;

/**
 * The answer over a window whose rows the store has counted in groups: byte for byte that of `analyseRows` over the
 * same rows, or a `GroupsUnsettled` where that cannot be shown.
 *
 * Rows of a group are alike to the miner: in any state they find, or make, the same template. So the first ten of each
 * are mined in the order of all rows, and the others only counted. That is the same if each of those others would find
 * the template of the first (or what it became part of) and change nothing, whenever it came. What a line finds only
 * changes when another line changes the templates: from then on every group mined before is looked up again. If one
 * finds another template than its own, or would make one, the groups are no answer.
 */
export function analyseGroups(set: GroupSet, options: AnalyseOptions, tick: () => void): WindowAnalysis {
  const { services, groups } = set;
  const miner = serviceMiner(services, options);
  const budget: SampleBudget = { usedBytes: 0 };
  const lookups = new Lookups(miner.profile === 'drain3', tick);
  const widthMs = bucketWidthMs(set.lastMs - set.firstMs);
  const own: (MinedService | undefined)[] = Array.from({ length: services.names.length });
  const counted = groups.map(() => 0);
  set.visit((row, number) => {
    const service = (own[row.service] ??= new MinedService(services.names[row.service]!, miner, budget, lookups));
    const bucket = bucketOf(row.timestampMs, set.firstMs, widthMs);
    service.add(row, bucket, number);
    // What is left in a group's buckets are the rows that were not mined.
    const { times } = groups[number]!;
    const at = times.numbers.indexOf(bucket);
    if (at < 0 || --times.counts[at]! < 0) throw new GroupsUnsettled('the counts of the window do not add up');
    counted[number]!++;
  });
  if (budget.usedBytes >= ALL_SAMPLES_BYTES_MAX)
    throw new GroupsUnsettled('the window has more text in its samples than are kept');
  groups.forEach((group, number) => {
    const rows = group.count - counted[number]!;
    if (rows > 0) own[group.service]!.addUnmined(number, { ...group, count: rows, times: withRows(group.times) });
  });
  tick();
  const clusters = conclude(own, options, widthMs, tick);
  return { log_count: set.rows, cluster_count: clusters.length, truncated: false, clusters };
}

/** Counts how often groups are looked up again, and gives up when it is too often. */
class Lookups {
  #count = 0;
  /** Whether a template that is made may draw lines from others, as in Drain; else only one that changes does. */
  readonly afterCreation: boolean;
  readonly #tick: () => void;

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

/** A group as it was met first, and the template that its rows belong to. */
interface Mined {
  bytes: Uint8Array;
  start: number;
  end: number;
  template: MinedTemplate;
}

class MinedService {
  readonly #templates: TemplateGroups;
  readonly #lookups: Lookups;
  readonly #mined = new Map<number, Mined>();

  constructor(name: string, miner: ReturnType<typeof serviceMiner>, budget: SampleBudget, lookups: Lookups) {
    this.#templates = new TemplateGroups(name, miner, budget);
    this.#lookups = lookups;
  }

  add(row: RowCursor, bucket: number, number: number): void {
    const template = this.#templates.add(row, bucket);
    const { miner } = this.#templates;
    if (miner.evicted > 0) throw new GroupsUnsettled('a service has more templates than have a place');
    const known = this.#mined.get(number);
    if (known === undefined) {
      const { bytes, messageStart: start, messageEnd: end } = row;
      this.#mined.set(number, { bytes, start, end, template });
    } else if (known.template !== template || miner.change !== UNCHANGED) throw unlike();
    if (miner.change === CHANGED || (this.#lookups.afterCreation && miner.change !== UNCHANGED)) this.#lookAgain(template);
  }

  addUnmined(number: number, rows: Parameters<TemplateGroups['addCounted']>[1]): void {
    this.#templates.addCounted(this.#mined.get(number)!.template, rows);
  }

  finish(): ReturnType<TemplateGroups['finish']> {
    return this.#templates.finish();
  }

  #lookAgain(changed: MinedTemplate): void {
    const { miner } = this.#templates;
    const absorbed = new Set(miner.absorbed);
    for (const mined of this.#mined.values()) {
      this.#lookups.next();
      if (absorbed.has(mined.template)) mined.template = changed;
      if (miner.find(mined.bytes, mined.start, mined.end) !== mined.template) throw unlike();
    }
  }
}

function unlike(): GroupsUnsettled {
  return new GroupsUnsettled('lines of one kind belong to different templates at different times');
}

function withRows({ numbers, counts }: TimeBuckets): TimeBuckets {
  const times = new TimeBuckets();
  numbers.forEach((number, i) => {
    if (counts[i]! === 0) return;
    times.numbers.push(number);
    times.counts.push(counts[i]!);
  });
  return times;
}
