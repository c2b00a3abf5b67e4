import type { Archive } from '../../domain/archive/archive.ts';

const FACTOR = 1.3;
const FACTOR_MAX = 4;
const MEMORY_MS = 2 * 3_600_000;

/** What passes a limit again and again is usual: each time the limit rises, and falls again over some hours. */
export class Habit {
  #factor = 1;
  #atMs = 0;

  /** What the limit is to be multiplied by; at least 1. */
  at(nowMs: number): number {
    return this.#factor === 1 ? 1 : 1 + (this.#factor - 1) * Math.exp(-(nowMs - this.#atMs) / MEMORY_MS);
  }

  passed(nowMs: number): void {
    this.#factor = Math.min(this.at(nowMs) * FACTOR, FACTOR_MAX);
    this.#atMs = nowMs;
  }

  archive(state: Archive): void {
    this.#factor = state.number(this.#factor);
    this.#atMs = state.number(this.#atMs);
  }

  copyFrom(other: Habit): void {
    this.#factor = other.#factor;
    this.#atMs = other.#atMs;
  }
}
