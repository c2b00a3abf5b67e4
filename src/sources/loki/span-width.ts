import type { Span } from './loki-entries.ts';

const MINUTE_NS = 60_000_000_000n;
const HOUR_NS = 60n * MINUTE_NS;
/** Just below Loki's own default of `max_query_length`, 721 hours. */
const WIDTH_MAX_NS = 720n * HOUR_NS;
const NARROWER = 8n;
/** An answer that took less lets the next query be wider again. */
const QUICK_MS = 5000;

/** How long a span one query may have: Loki has limits to it, and time to read only so much. */
export class SpanWidth {
  #widthNs = WIDTH_MAX_NS;
  #widthMaxNs = WIDTH_MAX_NS;

  /** As much of the span, from its end, as one query may have. */
  lastOf({ startNs, endNs }: Span): Span {
    const firstNs = endNs - this.#widthNs;
    return { startNs: firstNs > startNs ? firstNs : startNs, endNs };
  }

  answered(tookMs: number): void {
    if (tookMs < QUICK_MS) this.#widthNs = smaller(2n * this.#widthNs, this.#widthMaxNs);
  }

  /** @returns false when the span is too short already to be made shorter. */
  narrow(asked: Span, leastNs = MINUTE_NS): boolean {
    const widthNs = asked.endNs - asked.startNs;
    if (widthNs <= leastNs) return false;
    this.#widthNs = widthNs / NARROWER > leastNs ? widthNs / NARROWER : leastNs;
    return true;
  }

  narrowToHour(asked: Span): boolean {
    return this.narrow(asked, HOUR_NS);
  }

  /** No query is ever as wide again. */
  limitBelow(asked: Span): boolean {
    const widthNs = asked.endNs - asked.startNs;
    if (widthNs <= MINUTE_NS) return false;
    this.#widthMaxNs = widthNs / 2n;
    this.#widthNs = this.#widthMaxNs;
    return true;
  }
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
