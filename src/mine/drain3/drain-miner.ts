import { archiveList, ArchivePlaces } from '../../domain/archive/archive.ts';
import type { Archive } from '../../domain/archive/archive.ts';
import { DigitTokens } from './digit-tokens.ts';
import { DrainTree } from './drain-tree.ts';
import { forgetLines } from '../forget-lines.ts';
import { remembered } from '../recallable.ts';
import { nextOwner, RecallTrial } from '../recall-trial.ts';
import { CHANGED, CREATED, UNCHANGED } from '../template-miner.ts';
import type { MinedTemplate, ParameterSpans, TemplateChange, TemplateMiner } from '../template-miner.ts';
import { UseOrder } from '../use-order.ts';
import { maskedTokens, recallByMasks, rememberByMasks, tokensOfRecalled } from './masked-recall.ts';
import { line, MASKED, MINED_TOKENS_MAX, scanLine } from './scan-line.ts';
import type { ScannedLine } from './scan-line.ts';
import { SequenceCache } from './sequence-cache.ts';
import { DrainTemplate } from './drain-template.ts';
import { TokenTable, UNKNOWN, WILDCARD } from './token-table.ts';

export interface DrainOptions {
  /** Share of equal tokens from which a line joins a template, 0 to 1. */
  simTh: number;
  /** Templates kept; beyond it the least recently used one goes. */
  maxTemplates: number;
  /** Children of a tree node, 100. */
  maxChildren?: number;
  /** Depth of the tree, 4. */
  depth?: number;
  /** Remember what lines found, true. Never changes a result. */
  shapeCache?: boolean;
}

/**
 * What the tokens of one service may weigh. Real services stay far below it; one that is sent long random lines loses
 * its least recently used templates, as at `maxTemplates`, and results may then differ from drain3's.
 */
const WEIGHT_MAX = 4 << 20;

/** Words at wildcards that no mask touched. */
const spans: ParameterSpans = {
  count: 0,
  plain: undefined,
  start: new Int32Array(MINED_TOKENS_MAX),
  end: new Int32Array(MINED_TOKENS_MAX),
  kind: new Uint8Array(MINED_TOKENS_MAX).fill(1),
};

/** Token ids of the line being mined; scratch space of the thread. */
const ids = new Int32Array(MINED_TOKENS_MAX);

/**
 * Messages of one service to templates: the nine masks, then Drain, with the results of drain3 0.9.11 line for line.
 * Deterministic, no clock.
 */
export class DrainMiner implements TemplateMiner {
  readonly #options: Required<DrainOptions>;
  #table: TokenTable;
  #tree: DrainTree;
  readonly #cache: SequenceCache | undefined;
  #sweepsSeen = 0;
  #reroutesSeen = 0;
  #created = 0;
  readonly #order = new UseOrder<DrainTemplate>();
  #evicted = 0;
  #owner = nextOwner();
  readonly #recall: RecallTrial;
  readonly #digitTokens = new DigitTokens();
  change: TemplateChange = UNCHANGED;
  /** Drain never makes one template of two. */
  readonly absorbed: readonly MinedTemplate[] = [];
  /** White-space tokens of the whole last message; counting stops at 50 or beyond. */
  tokenCount = 0;
  /** Code points of the whole last message; counting stops at 500 or beyond. */
  charCount = 0;

  constructor(options: DrainOptions) {
    this.#options = { maxChildren: 100, depth: 4, shapeCache: true, ...options };
    const { maxTemplates, maxChildren, depth } = this.#options;
    if (!(maxTemplates >= 1 && maxChildren >= 2 && depth >= 3))
      throw new RangeError(
        `got ${maxTemplates} templates, ${maxChildren} children, depth ${depth}; expected at least 1, 2 and 3`,
      );
    this.#table = new TokenTable();
    this.#tree = new DrainTree(this.#options, this.#table);
    this.#cache = this.#options.shapeCache ? new SequenceCache() : undefined;
    this.#recall = new RecallTrial(this.#options.shapeCache);
  }

  /** Mines the message `bytes[start, end)`, UTF-8, of which only the first line that is not blank counts. */
  mine(bytes: Uint8Array, start: number, end: number): DrainTemplate {
    const recall = this.#recall;
    recall.nextLine();
    if (!recall.recalls) return this.#mineTokens(bytes, maskedTokens(bytes, start, end));
    const same = recallByMasks(bytes, start, end, this.#owner, this.#digitTokens.filterFor(this.#table)) as
      | DrainTemplate
      | undefined;
    if (same !== undefined) {
      recall.hits++;
      this.change = UNCHANGED;
      this.tokenCount = remembered.tokenCount;
      this.charCount = remembered.charCount;
      this.#joined(same);
      return same;
    }
    const template = this.#mineTokens(bytes, tokensOfRecalled(bytes, start, end));
    if (this.change === UNCHANGED) rememberByMasks(bytes, start, end, this.#owner, template, this);
    return template;
  }

  #mineTokens(bytes: Uint8Array, line: ScannedLine): DrainTemplate {
    this.tokenCount = line.tokenCount;
    this.charCount = line.charCount;
    const count = line.tokens;
    const known = this.#identify(bytes, line);
    let hash = count;
    for (let i = 0; i < count; i++) hash = Math.imul(hash ^ ids[i]!, 0x01000193);
    const cached = this.#cache?.find(ids, count, hash);
    if (cached !== undefined) {
      this.change = UNCHANGED;
      this.#joined(cached);
      return cached;
    }
    const match = this.#tree.search(ids, count, known);
    if (match === undefined) return this.#create(bytes, line);
    this.#joined(match);
    this.change = this.#generalise(match, count) ? CHANGED : UNCHANGED;
    if (this.change === UNCHANGED) this.#remember(match, count, hash);
    else this.#tidy();
    return match;
  }

  find(bytes: Uint8Array, start: number, end: number): DrainTemplate | undefined {
    scanLine(bytes, start, end);
    const found = this.#tree.search(ids, line.tokens, this.#identify(bytes, line));
    return found?.tokens.every((id, i) => id === WILDCARD || id === ids[i]) === true ? found : undefined;
  }

  parameters(template: MinedTemplate, bytes: Uint8Array, start: number, end: number): ParameterSpans {
    scanLine(bytes, start, end);
    const { tokens } = template as DrainTemplate;
    spans.count = 0;
    for (let i = 0; i < line.tokens && i < tokens.length; i++) {
      if (tokens[i] !== WILDCARD || (line.flags[i]! & MASKED) !== 0) continue;
      spans.start[spans.count] = line.start[i]!;
      spans.end[spans.count++] = line.end[i]!;
    }
    return spans;
  }

  get templateCount(): number {
    return this.#order.count;
  }

  /** Templates dropped to keep within `maxTemplates`. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Bytes of token text and its tables; what is remembered to save time comes on top, half a megabyte at most. */
  get heldBytes(): number {
    return this.#table.heldBytes;
  }

  /** In order of creation. */
  templates(): DrainTemplate[] {
    return [...this.#order].toSorted((a, b) => a.id - b.id);
  }

  /** Deep copy: what it mines does not teach this one. */
  clone(): DrainMiner {
    const copy = new DrainMiner(this.#options);
    copy.#table = this.#table.clone();
    const copyOf = new Map<DrainTemplate, DrainTemplate>();
    for (const template of this.#order) {
      const twin = template.clone(copy.#table);
      copyOf.set(template, twin);
      copy.#order.add(twin);
    }
    copy.#tree = this.#tree.clone(copy.#table, copyOf);
    copy.#created = this.#created;
    copy.#evicted = this.#evicted;
    copy.change = this.change;
    copy.tokenCount = this.tokenCount;
    copy.charCount = this.charCount;
    return copy;
  }

  archive(state: Archive): void {
    this.#created = state.count(this.#created);
    this.#evicted = state.count(this.#evicted);
    this.#table.archive(state);
    const templates = archiveList(state, [...this.#order], (known) => {
      const template = DrainTemplate.archive(state, known, this.#table);
      if (state.restoring) this.#order.add(template);
      return template;
    });
    this.#tree.archive(state, new ArchivePlaces(templates));
  }

  /** Numbers of the line's tokens, into `ids`; answers how many of them templates have. */
  #identify(bytes: Uint8Array, line: ScannedLine): number {
    let known = 0;
    for (let i = 0; i < line.tokens; i++) {
      const source = line.flags[i]! & MASKED ? line.masked : bytes;
      const id = this.#table.find(source, line.start[i]!, line.end[i]!, line.hash[i]!);
      ids[i] = id;
      if (id > WILDCARD) known++;
    }
    return known;
  }

  #create(bytes: Uint8Array, line: ScannedLine): DrainTemplate {
    const count = line.tokens;
    while (this.#order.count >= this.#options.maxTemplates) this.#evict(this.#order.oldest!);
    const tokens: number[] = [];
    for (let i = 0; i < count; i++) {
      let id = ids[i]!;
      if (id === UNKNOWN) {
        const source = line.flags[i]! & MASKED ? line.masked : bytes;
        id = this.#table.intern(source, line.start[i]!, line.end[i]!, line.hash[i]!);
        this.#digitTokens.add(source, line.start[i]!, line.end[i]!);
      }
      this.#table.hold(id);
      tokens.push(id);
    }
    const template = new DrainTemplate(++this.#created, tokens, this.#table);
    for (const id of tokens) if (id === WILDCARD) template.wildcards++;
    this.#order.add(template);
    this.#tree.add(template);
    this.#tidy();
    this.change = CREATED;
    return template;
  }

  /** Puts `<*>` where the line differs; whether anything did. */
  #generalise(template: DrainTemplate, count: number): boolean {
    const { tokens } = template;
    let changed = false;
    for (let i = 0; i < count; i++) {
      const id = tokens[i]!;
      if (id === ids[i] || id === WILDCARD) continue;
      template.leaf!.index?.removeToken(template, i, id);
      this.#table.release(id);
      this.#table.hold(WILDCARD);
      tokens[i] = WILDCARD;
      template.wildcards++;
      changed = true;
    }
    if (!changed) return false;
    template.textChanged();
    this.#tree.changed(template.leaf!);
    return true;
  }

  /** Drops half of the tokens that are held. */
  #shed(): void {
    while (this.#table.weight * 2 > WEIGHT_MAX && this.#order.count > 1) this.#evict(this.#order.oldest!);
    this.#tree.prune();
    this.#table.sweep();
  }

  #remember(template: DrainTemplate, count: number, hash: number): void {
    if (this.#cache === undefined) return;
    this.#cache.record(ids, count, hash, template);
  }

  #joined(template: DrainTemplate): void {
    template.size++;
    this.#order.touch(template);
  }

  #evict(template: DrainTemplate): void {
    this.#order.remove(template);
    this.#evicted++;
    this.#tree.remove(template);
    for (const id of template.tokens) this.#table.release(id);
  }

  /** After every change of the templates: bounds the tokens, and drops what is remembered when it may be wrong. */
  #tidy(): void {
    if (this.#table.weight > WEIGHT_MAX) this.#shed();
    if (this.#table.wasteful) this.#table.sweep();
    if (this.#table.sweeps === this.#sweepsSeen && this.#tree.reroutes === this.#reroutesSeen) return;
    // Templates that were evicted before a sweep hold on to the tables from before it.
    if (this.#table.sweeps !== this.#sweepsSeen) {
      forgetLines();
      this.#digitTokens.drop();
    }
    this.#sweepsSeen = this.#table.sweeps;
    this.#reroutesSeen = this.#tree.reroutes;
    this.#cache?.clear();
    this.#owner = nextOwner();
  }
}
