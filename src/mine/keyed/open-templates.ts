import type { KeyedTemplate } from './keyed-template.ts';
import { matchesOpen } from './open-match.ts';

/** Templates that a line without one is held against, latest first. */
const OPEN_MAX = 256;

/** Templates with open runs, where words that never stood there may stand: the latest of one service. */
export class OpenTemplates {
  /** The latest last. */
  list: KeyedTemplate[] = [];

  /** The latest that lets in the line in `scratch`, of the message `bytes`. */
  find(bytes: Uint8Array): KeyedTemplate | undefined {
    for (let i = this.list.length - 1; i >= 0; i--) {
      const template = this.list[i]!;
      if (matchesOpen(template.key, template.openRuns, bytes)) return template;
    }
    return undefined;
  }

  add(template: KeyedTemplate): void {
    if (this.list.length >= OPEN_MAX) this.list.shift();
    this.list.push(template);
  }

  delete(template: KeyedTemplate): void {
    const index = this.list.indexOf(template);
    if (index >= 0) this.list.splice(index, 1);
  }
}
