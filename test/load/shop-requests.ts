import { DemoRandom } from '../../src/demo/demo-random.ts';
import { encodeLines } from '../../src/demo/encode-lines.ts';
import { INCIDENT, SHOP } from '../../src/demo/shop-services.ts';
import type { DemoService, Voice } from '../../src/demo/shop-services.ts';

export const RECORDS_A_REQUEST = 500;

/** A request is made anew so often; in between the last ones are sent over, so that making them costs next to nothing. */
const MAKE_EVERY_MS = 100;
const KEPT = 16;

/** How the run is divided into quiet and trouble. */
export interface Rhythm {
  everyMs: number;
  lastsMs: number;
}

/** The export requests of a web shop whose payments get into trouble now and then. */
export class ShopRequests {
  readonly #random = new DemoRandom(11);
  readonly #rhythm: Rhythm;
  readonly #startMs: number;
  #kept: Buffer[] = [];
  #turn = 0;
  #madeMs = Number.NEGATIVE_INFINITY;
  #troubled = false;

  constructor(rhythm: Rhythm, startMs: number) {
    this.#rhythm = rhythm;
    this.#startMs = startMs;
  }

  /** One of `RECORDS_A_REQUEST` records; `nowMs` is the clock, epoch milliseconds. */
  next(nowMs: number): Buffer {
    const troubled = this.#isTroubled(nowMs);
    // Lines of an incident end with it.
    if (troubled !== this.#troubled) this.#kept = [];
    this.#troubled = troubled;
    if (this.#kept.length === 0 || nowMs - this.#madeMs >= MAKE_EVERY_MS) {
      this.#madeMs = nowMs;
      this.#kept = [...this.#kept.slice(1 - KEPT), this.#make(nowMs)];
    }
    return this.#kept[this.#turn++ % this.#kept.length]!;
  }

  /** Trouble ends each period, so that there is an ordinary time to learn from before the first. */
  #isTroubled(nowMs: number): boolean {
    const { everyMs, lastsMs } = this.#rhythm;
    return (nowMs - this.#startMs) % everyMs >= everyMs - lastsMs;
  }

  #make(nowMs: number): Buffer {
    const services = SHOP.map((usual) => {
      const inTrouble = this.#troubled ? INCIDENT.find(({ name }) => name === usual.name) : undefined;
      return inTrouble ?? usual;
    });
    const lines = Array.from({ length: RECORDS_A_REQUEST }, () => {
      const service = this.#pick(services, ({ linesPerSecond }: DemoService) => linesPerSecond);
      const { severityNumber, say } = this.#pick(service.voices, ({ weight }: Voice) => weight);
      return {
        service: service.name,
        timeMs: nowMs,
        severityNumber,
        body: say(this.#random),
        traceId: this.#random.hex(32),
        spanId: this.#random.hex(16),
      };
    });
    return Buffer.from(encodeLines(lines));
  }

  #pick<T>(choices: readonly T[], weightOf: (choice: T) => number): T {
    let at = this.#random.next() * choices.reduce((sum, choice) => sum + weightOf(choice), 0);
    return choices.find((choice) => (at -= weightOf(choice)) < 0) ?? choices.at(-1)!;
  }
}
