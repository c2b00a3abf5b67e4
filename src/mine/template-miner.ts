import type { Archive } from '../domain/archive/archive.ts';
import type { MinerProfile } from '../domain/profile.ts';

export interface MinerOptions {
  /** `default` where it is absent. */
  profile?: MinerProfile;
  /** Drain's share of equal tokens from which a line joins a template, 0 to 1; of the `drain3` profile only. */
  simTh: number;
  /** Templates kept; beyond it the least recently used one goes. */
  maxTemplates: number;
  /** Lines that bring their template along keep it: see `KeepingMiner`. */
  keepsTemplates?: boolean;
  /** A service that has all its templates makes new ones at a bounded rate, for live lines; of the `default` profile only. */
  limitsNew?: boolean;
}

/** What the last line did to the templates. */
export type TemplateChange = typeof UNCHANGED | typeof CREATED | typeof CHANGED;
export const UNCHANGED = 0;
/** The line made its template. */
export const CREATED = 1;
/** The line's template is another than before: more general, or several became one (see `TemplateMiner.absorbed`). */
export const CHANGED = 2;

/** A cluster of lines and what they share. Lives in one miner, which alone changes it. */
export interface MinedTemplate {
  /** 1, 2, ... in order of creation; the survivor of a merger keeps its own. */
  readonly id: number;
  /** Lines so far, those of absorbed templates and the one mined last included. */
  readonly size: number;
  /** Grows by one each time the text changes. */
  readonly version: number;
  /** What people read: constant text, and `<*>` or a named placeholder for what varies. */
  readonly text: string;
  readonly tokenCount: number;
  /** The canonical text that the fingerprint is a hash of; the same whatever lines came before, and in any order. */
  readonly identity: string;
  /** Identities that it had, or that templates it absorbed had, latest last; at most {@link ALIASES_MAX}. */
  readonly aliases: readonly string[];
  /** What a detector remembers of it; a miner never looks at it. Undefined at first. */
  memory: unknown;
}

export const ALIASES_MAX = 32;

/**
 * What stood at the variable positions of a line, in the order of the template's placeholders. Scratch space of the
 * thread: good until the next call of any miner.
 */
export interface ParameterSpans {
  count: number;
  /** Bytes that the spans are of where these are not the message's own, as of one without its colours. */
  plain: Uint8Array | undefined;
  /** The text is UTF-8 `bytes[start[i], end[i])` of the message's own bytes, or of `plain`. */
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** 0: a number, decimal, perhaps with a sign, a fraction or a unit behind it; 1: a word; 2: anything else. */
  readonly kind: Uint8Array;
}

/** Messages of one service to templates. Deterministic: no clock, no randomness. */
export interface TemplateMiner {
  /** Mines the message `bytes[start, end)`, UTF-8, of which only the first line that is not blank counts. */
  mine(bytes: Uint8Array, start: number, end: number): MinedTemplate;
  /**
   * The template that `mine` would answer without changing any, found without what is merely remembered of lines before;
   * undefined where the line would make a template or change one. Changes nothing.
   */
  find(bytes: Uint8Array, start: number, end: number): MinedTemplate | undefined;
  /** What the last `mine` did. */
  readonly change: TemplateChange;
  /** Templates that became part of the one that the last `mine` answered; empty unless `change` is `CHANGED`. */
  readonly absorbed: readonly MinedTemplate[];
  /** White-space tokens of the whole last message; counting stops at 50 or beyond. */
  readonly tokenCount: number;
  /** Code points of the whole last message; counting stops at 500 or beyond. */
  readonly charCount: number;
  /** The values at `template`'s variable positions in a message that it stands for; costs a scan, so ask for a sample. */
  parameters(template: MinedTemplate, bytes: Uint8Array, start: number, end: number): ParameterSpans;
  /** In order of creation. */
  templates(): MinedTemplate[];
  readonly templateCount: number;
  /** Templates dropped to keep within `maxTemplates`. */
  readonly evicted: number;
  readonly heldBytes: number;
  /** All that decides what comes of the lines to come; templates' `memory` is not in it. */
  archive(state: Archive): void;
  /** Deep copy: what it mines does not teach this one. Templates' `memory` starts undefined. */
  clone(): TemplateMiner;
}
