import { archiveList, ArchivePlaces } from '../../domain/archive/archive.ts';
import type { Archive } from '../../domain/archive/archive.ts';
import { forgetLines } from '../forget-lines.ts';
import { remembered } from '../recallable.ts';
import { nextOwner, RecallTrial } from '../recall-trial.ts';
import { CHANGED, CREATED, UNCHANGED } from '../template-miner.ts';
import type { MinedTemplate, ParameterSpans, TemplateChange, TemplateMiner } from '../template-miner.ts';
import { UseOrder } from '../use-order.ts';
import { keyBytes } from './key-bytes.ts';
import { familyOf } from './family.ts';
import type { KeyedOptions } from './keyed-options.ts';
import { archiveKeys, KeyedTemplate, SHAPE_OVERHEAD } from './keyed-template.ts';
import type { Shape } from './keyed-template.ts';
import type { Generalised } from './generalised.ts';
import { anyWithEntry, joined, siblingsOf } from './merge.ts';
import type { Merger } from './merge.ts';
import { OpenTemplates } from './open-templates.ts';
import { NewTemplates, overflowTemplate } from './new-templates.ts';
import { parameterSpans } from './parameters.ts';
import { scanPlainly } from './plain-line.ts';
import { RecalledKeys } from './recalled-keys.ts';
import { scanMessage } from './scan-message.ts';
import { scratch } from './scratch.ts';
import { recallByShape, rememberByShape } from './shape-recall.ts';
import { sameBytes, ShapeTable } from './shape-table.ts';
import { siblingEntries, Siblings, variableWeight } from './siblings.ts';
import { templateText } from './template-text.ts';
import { weighSiblings } from './weigh-siblings.ts';
import { MERGER_WEIGHT, VARIABLE_WEIGHT_MAX } from './word-class.ts';

/** What keys and texts of one service may weigh; beyond it the least recently used templates go. */
const WEIGHT_MAX = 4 << 20;
/** From here on a service counts as full; one template weighs far less than what is left. */
const WEIGHT_FULL = 3 << 20;
/** Keys that one template answers to; the oldest of those that it absorbed go first. */
const SHAPES_MAX = 64;
/** Evictions, a power of two. */
const FORGET_EVERY = 1024;
const NONE: readonly MinedTemplate[] = [];
const NO_ENTRIES = new Int32Array(0);

/**
 * Messages of one service to templates by an exact key: what a line says in words. Two lines have one template when the
 * same words stand in the same order with variables in the same places; whatever came before does not matter, but for
 * words that prove to be variables because {@link MERGER_WEIGHT} of templates differ in them alone.
 */
export class KeyedMiner implements TemplateMiner {
  readonly #options: KeyedOptions;
  #shapes = new ShapeTable();
  readonly #keys = new RecalledKeys();
  #siblings = new Siblings();
  readonly #open = new OpenTemplates();
  #owner = nextOwner();
  readonly #recall: RecallTrial;
  #created = 0;
  #order = new UseOrder<KeyedTemplate>();
  #newTemplates = new NewTemplates();
  /** Of lines that might not make one. */
  #overflow: KeyedTemplate | undefined;
  #weight = 0;
  #evicted = 0;
  change: TemplateChange = UNCHANGED;
  absorbed: readonly MinedTemplate[] = NONE;
  tokenCount = 0;
  charCount = 0;

  constructor(options: KeyedOptions) {
    if (!(options.maxTemplates >= 1))
      throw new RangeError(`got ${options.maxTemplates} templates; expected at least 1`);
    this.#options = options;
    this.#recall = new RecallTrial(options.lineCache ?? true);
  }

  mine(bytes: Uint8Array, start: number, end: number): KeyedTemplate {
    const recall = this.#recall;
    recall.nextLine();
    this.#newTemplates.countLine();
    this.change = UNCHANGED;
    this.absorbed = NONE;
    if (!recall.recalls) return this.#mineAnew(bytes, start, end);
    const same = recallByShape(bytes, start, end, this.#owner) as KeyedTemplate | undefined;
    if (same !== undefined) {
      recall.hits++;
      this.tokenCount = remembered.tokenCount;
      this.charCount = remembered.charCount;
      this.#joined(same);
      return same;
    }
    const template = this.#mineAnew(bytes, start, end);
    // One that may not make a template now may do so the next time.
    if (this.change === UNCHANGED && template !== this.#overflow)
      rememberByShape(bytes, start, end, this.#owner, template, this);
    return template;
  }

  #mineAnew(message: Uint8Array, start: number, end: number): KeyedTemplate {
    const bytes = scanPlainly(message, start, end);
    this.tokenCount = scratch.tokenCount;
    this.charCount = scratch.charCount;
    const hash = scratch.sum[scratch.keyCount]!;
    let known = this.#shapes.find(hash, bytes) ?? this.#keys.find(hash, bytes);
    if (known === undefined) {
      if ((known = this.#open.find(bytes)) !== undefined) this.#keys.note(hash, bytes, known);
      else if (this.#mayCreate()) return this.#create(hash, bytes);
      else known = this.#overflow ??= this.#makeOverflow();
    }
    this.#joined(known);
    return known;
  }

  find(message: Uint8Array, start: number, end: number): KeyedTemplate | undefined {
    const bytes = scanPlainly(message, start, end);
    return this.#shapes.find(scratch.sum[scratch.keyCount]!, bytes) ?? this.#open.find(bytes);
  }

  parameters(template: MinedTemplate, bytes: Uint8Array, start: number, end: number): ParameterSpans {
    return parameterSpans(template as KeyedTemplate, bytes, start, end);
  }

  get templateCount(): number {
    return this.#order.count;
  }

  get evicted(): number {
    return this.#evicted;
  }

  get heldBytes(): number {
    return this.#weight + this.#shapes.heldBytes + this.#siblings.heldBytes + this.#keys.heldBytes;
  }

  templates(): KeyedTemplate[] {
    return [...this.#order].toSorted((a, b) => a.id - b.id);
  }

  clone(): KeyedMiner {
    const copy = new KeyedMiner(this.#options);
    const twins = new Map<KeyedTemplate, KeyedTemplate>();
    for (const template of this.#order) {
      const twin = template.clone();
      twins.set(template, twin);
      copy.#append(twin);
      for (const shape of template.shapes) copy.#addShape({ hash: shape.hash, key: shape.key, template: twin });
      copy.#keys.copy(this.#keys, template, twin);
    }
    copy.#siblings = this.#siblings.clone();
    copy.#open.list = this.#open.list.map((template) => twins.get(template)!);
    copy.#newTemplates = this.#newTemplates.clone();
    if (this.#overflow !== undefined) copy.#overflow = twins.get(this.#overflow);
    copy.#created = this.#created;
    copy.#evicted = this.#evicted;
    copy.change = this.change;
    copy.tokenCount = this.tokenCount;
    copy.charCount = this.charCount;
    return copy;
  }

  /** The tables are filled anew from the templates, which come in the order of use; what is recalled is left out. */
  archive(state: Archive): void {
    this.#created = state.count(this.#created);
    this.#evicted = state.count(this.#evicted);
    const templates = archiveList(state, [...this.#order], (known) => {
      const template = KeyedTemplate.archive(state, known);
      const shapes = archiveKeys(state, template.shapes);
      if (!state.restoring) return template;
      this.#append(template);
      for (const { hash, key } of shapes)
        this.#addShape({ hash, key: sameBytes(key, template.key) ? template.key : key, template });
      for (const entry of template.siblingHashes) this.#siblings.add(entry);
      return template;
    });
    const places = new ArchivePlaces(templates);
    this.#open.list = places.archive(state, this.#open.list);
    if (state.isOlderThan(2)) return;
    [this.#overflow] = places.archive(state, this.#overflow === undefined ? [] : [this.#overflow]);
    this.#newTemplates.archive(state);
  }

  #create(hash: number, bytes: Uint8Array): KeyedTemplate {
    this.#makeRoom();
    const template = new KeyedTemplate(++this.#created, keyBytes(bytes), templateText(bytes));
    template.siblingHashes = siblingEntries(bytes);
    this.#append(template);
    this.#addShape({ hash, key: template.key, template });
    this.change = CREATED;
    const survivor = this.#meetAll(template, hash);
    while (this.#weight > WEIGHT_MAX && this.#order.count > 1) this.#evict(this.#order.oldest!);
    return survivor;
  }

  #makeRoom(): void {
    while (this.#order.count >= this.#options.maxTemplates) this.#evict(this.#order.oldest!);
  }

  #mayCreate(): boolean {
    if (this.#options.limitsNew !== true) return true;
    const isFull = this.#order.count >= this.#options.maxTemplates || this.#weight >= WEIGHT_FULL;
    return !isFull || this.#newTemplates.take();
  }

  #makeOverflow(): KeyedTemplate {
    this.#makeRoom();
    const template = overflowTemplate(++this.#created);
    this.#append(template);
    this.change = CREATED;
    return template;
  }

  /** Counts the siblings of a new template, and makes one of them where they are enough. Answers what it is part of. */
  #meetAll(template: KeyedTemplate, hash: number): KeyedTemplate {
    for (const own of template.siblingHashes) this.#siblings.add(own);
    let survivor = template;
    let next = this.#meetSiblings(template, hash);
    // What came of that is one template more that those are held against that vary elsewhere.
    while (next !== undefined) {
      survivor = next;
      scanMessage(survivor.textBytes, 0, survivor.textBytes.length);
      next = this.#meetSiblings(survivor, scratch.sum[scratch.keyCount]!);
    }
    return survivor;
  }

  /** Merges the template, which has that `hash`, with its siblings where they are enough. */
  #meetSiblings(template: KeyedTemplate, hash: number): KeyedTemplate | undefined {
    const { heaviest, entry, several } = weighSiblings(this.#siblings, this.#shapes, template.siblingHashes);
    if (heaviest >= MERGER_WEIGHT) return this.#merge(template, siblingsOf(this.#order, template, entry));
    const merged = this.#meetWords(hash);
    if (merged !== undefined || several.length === 0) return merged;
    const family = familyOf(this.#order, template, several);
    return family && this.#merge(template, family);
  }

  /** Likewise with those that have words where the key with that `hash` has variables. */
  #meetWords(hash: number): KeyedTemplate | undefined {
    const weight = this.#siblings.weightAt(hash);
    if (weight === 0 || weight + VARIABLE_WEIGHT_MAX < MERGER_WEIGHT) return undefined;
    const found = anyWithEntry(this.#order, hash);
    if (found === undefined || weight + variableWeight(found.entry) < MERGER_WEIGHT) return undefined;
    return this.#merge(found.template, siblingsOf(this.#order, found.template, found.entry));
  }

  #merge(template: KeyedTemplate, found: Merger | undefined): KeyedTemplate | undefined {
    const general = found && this.#shapes.findKey(found.merged.hash, found.merged.key)?.template;
    const others = found?.members.some((member) => member.template !== template) || (general ?? template) !== template;
    if (found === undefined || !others) {
      // Its text is one that says something else than the line did; it is not asked again.
      for (const own of template.siblingHashes) this.#siblings.remove(own);
      this.#weight -= template.siblingHashes.byteLength;
      template.siblingHashes = NO_ENTRIES;
      return undefined;
    }
    const { survivor, absorbed, identities } = joined(this.#order, found, general);
    for (const part of absorbed) this.#absorb(survivor, part);
    this.#reshape(survivor, survivor === general ? undefined : found.merged);
    survivor.addAliases(identities);
    this.#order.touch(survivor);
    this.#openNow(survivor);
    this.change = CHANGED;
    this.absorbed = [...this.absorbed, ...absorbed];
    return survivor;
  }

  #absorb(survivor: KeyedTemplate, part: KeyedTemplate): void {
    survivor.size += part.size;
    const { shapes } = part;
    this.#forget(part);
    for (const shape of shapes) {
      shape.template = survivor;
      survivor.shapes.push(shape);
    }
  }

  /** Gives the survivor its new key and text, unless it had them already. */
  #reshape(survivor: KeyedTemplate, merged: Generalised | undefined): void {
    if (merged !== undefined) {
      for (const entry of survivor.siblingHashes) this.#siblings.remove(entry);
      this.#weight -= survivor.weight;
      survivor.become(merged.key, merged.textBytes);
      scanMessage(merged.textBytes, 0, merged.textBytes.length);
      survivor.siblingHashes = siblingEntries(merged.textBytes);
      for (const entry of survivor.siblingHashes) this.#siblings.add(entry);
      this.#weight += survivor.weight;
      if (this.#shapes.findKey(merged.hash, merged.key) === undefined)
        this.#addShape({ hash: merged.hash, key: merged.key, template: survivor });
    }
    this.#trimShapes(survivor);
  }

  #addShape(shape: Shape): void {
    shape.template.shapes.push(shape);
    this.#shapes.add(shape);
    this.#weight += SHAPE_OVERHEAD + shape.key.length;
    this.#trimShapes(shape.template);
  }

  #trimShapes(template: KeyedTemplate): void {
    const { shapes } = template;
    while (shapes.length > SHAPES_MAX) {
      const isOwn = sameBytes(shapes[0]!.key, template.key);
      this.#dropShape(shapes.splice(isOwn ? 1 : 0, 1)[0]!);
    }
  }

  #dropShape(shape: Shape): void {
    this.#shapes.delete(shape);
    this.#weight -= SHAPE_OVERHEAD + shape.key.length;
  }

  #openNow(template: KeyedTemplate): void {
    if (template.openRuns === 0) return;
    this.#open.delete(template);
    // Which of the open ones a line is let in by may be another now: what was remembered of that counts no more.
    for (const open of this.#open.list) this.#keys.forget(open);
    this.#keys.forget(template);
    this.#owner = nextOwner();
    this.#open.add(template);
  }

  #evict(template: KeyedTemplate): void {
    for (const shape of template.shapes) this.#dropShape(shape);
    this.#forget(template);
    // What is remembered of lines holds on to templates that are gone.
    if ((++this.#evicted & (FORGET_EVERY - 1)) === 0) forgetLines();
  }

  /** Takes the template out of everything but the table of shapes. */
  #forget(template: KeyedTemplate): void {
    for (const entry of template.siblingHashes) this.#siblings.remove(entry);
    if (template.openRuns !== 0) this.#open.delete(template);
    this.#keys.forget(template);
    template.shapes = [];
    template.recallVersion = -1;
    this.#weight -= template.weight;
    this.#order.remove(template);
    if (template === this.#overflow) this.#overflow = undefined;
  }

  #append(template: KeyedTemplate): void {
    this.#weight += template.weight;
    this.#order.add(template);
  }

  #joined(template: KeyedTemplate): void {
    template.size++;
    this.#order.touch(template);
  }
}
