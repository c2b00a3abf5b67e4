/** Neighbours in the order of last use. */
export interface Linked<Template> {
  older: Template | undefined;
  newer: Template | undefined;
}

/** The templates of one service in the order in which lines last joined them, as a list through the templates. */
export class UseOrder<Template extends Linked<Template>> {
  oldest: Template | undefined;
  newest: Template | undefined;
  count = 0;

  add(template: Template): void {
    this.count++;
    this.#link(template);
  }

  remove(template: Template): void {
    this.count--;
    this.#unlink(template);
  }

  touch(template: Template): void {
    if (template === this.newest) return;
    this.#unlink(template);
    this.#link(template);
  }

  /** The one not used for longest first. */
  *[Symbol.iterator](): Generator<Template> {
    for (let template = this.oldest; template !== undefined; template = template.newer) yield template;
  }

  #link(template: Template): void {
    template.older = this.newest;
    template.newer = undefined;
    if (this.newest === undefined) this.oldest = template;
    else this.newest.newer = template;
    this.newest = template;
  }

  #unlink(template: Template): void {
    if (template.older === undefined) this.oldest = template.newer;
    else template.older.newer = template.newer;
    if (template.newer === undefined) this.newest = template.older;
    else template.newer.older = template.older;
    // Whoever still speaks of one that is gone must not hold all that went after it.
    template.older = template.newer = undefined;
  }
}
