import type { Archive } from '../../domain/archive/archive.ts';
import { OVERFLOW_TEMPLATE } from '../../domain/cluster.ts';
import { KeyedTemplate } from './keyed-template.ts';

/** A service that has all the templates it may have makes one for so many lines, and some more now and then. */
const LINES_EACH = 32;
const AT_ONCE = 1024;

/**
 * How many new templates the lines of a full service may still make. Each costs many times what a line does that has
 * one, and drives out another: a sender of random words would slow all services of its thread, and make its own forget
 * what it knows. What is beyond joins one template for all.
 */
export class NewTemplates {
  /** Lines that have not been used for a template. */
  #lines = AT_ONCE * LINES_EACH;

  countLine(): void {
    if (this.#lines < AT_ONCE * LINES_EACH) this.#lines++;
  }

  /** Whether one more may be made; counts it. */
  take(): boolean {
    if (this.#lines < LINES_EACH) return false;
    this.#lines -= LINES_EACH;
    return true;
  }

  clone(): NewTemplates {
    const copy = new NewTemplates();
    copy.#lines = this.#lines;
    return copy;
  }

  archive(state: Archive): void {
    this.#lines = state.count(this.#lines);
  }
}

const OVERFLOW_BYTES = new TextEncoder().encode(OVERFLOW_TEMPLATE);

/** For lines that were refused one of their own, without any yet. No line has its key, as no word has a `<`. */
export function overflowTemplate(id: number): KeyedTemplate {
  const template = new KeyedTemplate(id, OVERFLOW_BYTES, OVERFLOW_BYTES);
  template.size = 0;
  return template;
}
