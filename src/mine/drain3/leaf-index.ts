import type { DrainTemplate } from './drain-template.ts';
import { WILDCARD } from './token-table.ts';

/** Leaves with fewer templates than this are quicker to read from end to end. */
export const INDEX_FROM = 24;

/** Token positions of a line are below this; a key is `id * POSITIONS + position`. */
const POSITIONS = 1024;

const postings: DrainTemplate[][] = [];
const found: DrainTemplate[] = [];
let searches = 0;

/**
 * Which templates of a big leaf have a given token in a given place, so that a search compares those only that can win.
 */
export class LeafIndex {
  readonly #postings = new Map<number, DrainTemplate[]>();

  constructor(templates: readonly DrainTemplate[]) {
    for (const template of templates) if (template.leaf !== undefined) this.add(template);
  }

  add(template: DrainTemplate): void {
    const { tokens } = template;
    for (let position = 0; position < tokens.length; position++) {
      const id = tokens[position]!;
      if (id === WILDCARD) continue;
      const posting = this.#postings.get(id * POSITIONS + position);
      if (posting === undefined) this.#postings.set(id * POSITIONS + position, [template]);
      else posting.push(template);
    }
  }

  remove(template: DrainTemplate): void {
    const { tokens } = template;
    for (let position = 0; position < tokens.length; position++) {
      if (tokens[position] !== WILDCARD) this.removeToken(template, position, tokens[position]!);
    }
  }

  /** The template has no longer the token `id` at `position`. */
  removeToken(template: DrainTemplate, position: number, id: number): void {
    const posting = this.#postings.get(id * POSITIONS + position)!;
    const last = posting.pop()!;
    if (posting.length === 0) this.#postings.delete(id * POSITIONS + position);
    else if (last !== template) posting[posting.indexOf(template)] = last;
  }

  /**
   * All templates that may share `need` (at least 1) tokens with the line, each once, in no order. Scratch space: read
   * it before the next call. A template that shares `need` of the `n` listed positions is in at least one of any
   * `n - need + 1` of them: the shortest lists will do.
   */
  candidates(ids: Int32Array, count: number, need: number): readonly DrainTemplate[] {
    postings.length = 0;
    found.length = 0;
    for (let position = 0; position < count; position++) {
      const id = ids[position]!;
      if (id <= WILDCARD) continue;
      const posting = this.#postings.get(id * POSITIONS + position);
      if (posting !== undefined) postings.push(posting);
    }
    if (postings.length < need) return found;
    postings.sort(shorterFirst);
    searches++;
    for (let i = 0; i <= postings.length - need; i++) {
      const posting = postings[i]!;
      for (let k = 0; k < posting.length; k++) {
        const template = posting[k]!;
        if (template.searched === searches) continue;
        template.searched = searches;
        found.push(template);
      }
    }
    return found;
  }
}

function shorterFirst(a: DrainTemplate[], b: DrainTemplate[]): number {
  return a.length - b.length;
}
