import { archiveList } from '../../domain/archive/archive.ts';
import type { Archive } from '../../domain/archive/archive.ts';
import { countMessage } from '../count-message.ts';
import { forgetLines } from '../forget-lines.ts';
import { lookup, recallLine, rememberLine } from '../line-cache.ts';
import { nextOwner } from '../recall-trial.ts';
import { CREATED, UNCHANGED } from '../template-miner.ts';
import type { MinedTemplate, ParameterSpans, TemplateChange, TemplateMiner } from '../template-miner.ts';
import { KeptTemplate } from './kept-template.ts';
import { keptText } from './kept-text.ts';
import { keptValues } from './kept-values.ts';

/** What the texts of one service's kept templates may weigh; beyond it the least recently used go. */
const WEIGHT_MAX = 4 << 20;
/** Kept templates are numbered from here: those that are mined count from 1, and never come so far. */
const FIRST_ID = 1_000_000_000;
/** Evictions, a power of two. */
const FORGET_EVERY = 1024;
const NONE: readonly MinedTemplate[] = [];

/**
 * Lines that bring their template along keep it, all others are mined. Whoever set the template is trusted to mean one
 * thing by one text; a text that can be none (blank, no UTF-8, over 4 KiB) is as if it were not there.
 *
 *     miner.keep(bytes, templateStart, templateEnd);
 *     miner.mine(bytes, start, end);
 */
export class KeepingMiner implements TemplateMiner {
  readonly #miner: TemplateMiner;
  readonly #maxKept: number;
  /** By canonical text, in the order of use. */
  readonly #kept = new Map<string, KeptTemplate>();
  readonly #owner = nextOwner();
  readonly #counts = { tokenCount: 0, charCount: 0 };
  /** What the next line brings: a template that is known, or the text of a new one. */
  #next: KeptTemplate | undefined;
  #nextText: string | undefined;
  #created = 0;
  #evicted = 0;
  #weight = 0;
  change: TemplateChange = UNCHANGED;
  absorbed: readonly MinedTemplate[] = NONE;
  tokenCount = 0;
  charCount = 0;

  /** @param maxKept templates kept; those of `miner` come on top. */
  constructor(miner: TemplateMiner, maxKept: number) {
    if (!(maxKept >= 1)) throw new RangeError(`got ${maxKept} templates to keep; expected at least 1`);
    this.#miner = miner;
    this.#maxKept = maxKept;
  }

  /** The next line that is mined has the template `bytes[start, end)`. */
  keep(bytes: Uint8Array, start: number, end: number): void {
    this.#nextText = undefined;
    this.#next = recallLine(bytes, start, end, this.#owner) as KeptTemplate | undefined;
    if (this.#next !== undefined) return;
    const { set, hash } = lookup;
    const text = keptText(bytes, start, end);
    if (text === undefined) return;
    const known = this.#kept.get(text);
    if (known === undefined) this.#nextText = text;
    else {
      this.#next = known;
      rememberLine(bytes, start, end, this.#owner, known, this.#counts, set, hash);
    }
  }

  mine(bytes: Uint8Array, start: number, end: number): MinedTemplate {
    const known = this.#next;
    const text = this.#nextText;
    if (known === undefined && text === undefined) return this.#mined(bytes, start, end);
    this.#next = undefined;
    this.#nextText = undefined;
    countMessage(bytes, start, end, this);
    this.absorbed = NONE;
    if (known === undefined) return this.#create(text!);
    this.change = UNCHANGED;
    known.size++;
    this.#kept.delete(known.text);
    this.#kept.set(known.text, known);
    return known;
  }

  /** Of a line that brings none along. */
  find(bytes: Uint8Array, start: number, end: number): MinedTemplate | undefined {
    return this.#miner.find(bytes, start, end);
  }

  parameters(template: MinedTemplate, bytes: Uint8Array, start: number, end: number): ParameterSpans {
    return template instanceof KeptTemplate
      ? keptValues(template.text, bytes, start, end)
      : this.#miner.parameters(template, bytes, start, end);
  }

  /** In order of creation: mined ones, then kept ones. */
  templates(): MinedTemplate[] {
    return [...this.#miner.templates(), ...[...this.#kept.values()].toSorted((a, b) => a.id - b.id)];
  }

  get templateCount(): number {
    return this.#miner.templateCount + this.#kept.size;
  }

  get evicted(): number {
    return this.#miner.evicted + this.#evicted;
  }

  get heldBytes(): number {
    return this.#miner.heldBytes + this.#weight;
  }

  clone(): KeepingMiner {
    const copy = new KeepingMiner(this.#miner.clone(), this.#maxKept);
    for (const [text, template] of this.#kept) copy.#kept.set(text, template.clone());
    copy.#created = this.#created;
    copy.#evicted = this.#evicted;
    copy.#weight = this.#weight;
    copy.change = this.change;
    copy.tokenCount = this.tokenCount;
    copy.charCount = this.charCount;
    return copy;
  }

  archive(state: Archive): void {
    this.#miner.archive(state);
    this.#created = state.count(this.#created);
    this.#evicted = state.count(this.#evicted);
    const kept = archiveList(state, [...this.#kept.values()], (known) => KeptTemplate.archive(state, known));
    if (!state.restoring) return;
    for (const template of kept) {
      this.#kept.set(template.text, template);
      this.#weight += template.weight;
    }
  }

  #mined(bytes: Uint8Array, start: number, end: number): MinedTemplate {
    const miner = this.#miner;
    const template = miner.mine(bytes, start, end);
    this.change = miner.change;
    this.absorbed = miner.absorbed;
    this.tokenCount = miner.tokenCount;
    this.charCount = miner.charCount;
    return template;
  }

  #create(text: string): KeptTemplate {
    const template = new KeptTemplate(FIRST_ID + ++this.#created, text);
    this.#weight += template.weight;
    while (this.#kept.size > 0 && (this.#kept.size >= this.#maxKept || this.#weight > WEIGHT_MAX)) this.#evictOldest();
    this.#kept.set(text, template);
    this.change = CREATED;
    return template;
  }

  #evictOldest(): void {
    for (const [text, template] of this.#kept) {
      this.#kept.delete(text);
      template.recallVersion = -1;
      this.#weight -= template.weight;
      // What is remembered of texts holds on to templates that are gone.
      if ((++this.#evicted & (FORGET_EVERY - 1)) === 0) forgetLines();
      return;
    }
  }
}
