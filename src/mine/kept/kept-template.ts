import type { Archive } from '../../domain/archive/archive.ts';
import type { Recallable } from '../recallable.ts';
import type { MinedTemplate } from '../template-miner.ts';

/** Bytes of the objects behind a template. */
const OVERHEAD = 320;
/** No mined template's canonical text holds a line break: a kept one is never taken for it. */
const KEPT_MARK = '\n';
const NONE: readonly string[] = [];

/** A template that whoever sent the lines had found. Its text never changes. */
export class KeptTemplate implements MinedTemplate, Recallable {
  readonly id: number;
  size = 1;
  readonly version = 0;
  readonly text: string;
  readonly aliases = NONE;
  memory: unknown = undefined;

  // What follows is the miner's own.
  /** -1 once it is evicted. */
  recallVersion = 0;

  constructor(id: number, text: string) {
    this.id = id;
    this.text = text;
  }

  get identity(): string {
    return KEPT_MARK + this.text;
  }

  get tokenCount(): number {
    return this.text.split(/\s+/).length;
  }

  /** Bytes that it takes. */
  get weight(): number {
    return OVERHEAD + 2 * this.text.length;
  }

  static archive(state: Archive, template: KeptTemplate | undefined): KeptTemplate {
    const id = state.count(template?.id ?? 0);
    const text = state.text(template?.text ?? '');
    const own = template ?? new KeptTemplate(id, text);
    own.size = state.count(own.size);
    return own;
  }

  clone(): KeptTemplate {
    const copy = new KeptTemplate(this.id, this.text);
    copy.size = this.size;
    return copy;
  }
}
