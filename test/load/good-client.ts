import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { encodeLogs, ERROR, messages } from '../e2e/encode-logs.ts';
import { Histogram } from './histogram.ts';

const ANSWER_MS_MAX = 10_000;
const RETRY_MS = 100;
const USUAL_LINES = 20;

/**
 * A sender as it should be: one request after the other at a steady pace, each sent again until it is acknowledged. Beside
 * usual lines each brings an error line of its own, so that what was acknowledged can be found again.
 */
export class GoodClient {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #everyMs: number;
  readonly #over = new AbortController();
  readonly latency = new Histogram();
  /** Error lines that were acknowledged, oldest first. */
  readonly acknowledged: string[] = [];
  /** Records that were acknowledged. */
  records = 0;
  /** Answers other than OK, and calls without an answer: each was sent again. */
  refused = 0;
  unanswered = 0;
  /** From one acknowledgement to the next; to be set to 0 for those that come. */
  longestGapMs = 0;
  #lastOkMs = 0;
  #running: Promise<void> | undefined;

  constructor(address: string, { everyMs = 20 } = {}) {
    const { origin, pathname } = new URL(address);
    this.#pool = new Pool(origin, { connections: 2, headersTimeout: ANSWER_MS_MAX, bodyTimeout: ANSWER_MS_MAX });
    this.#path = pathname;
    this.#everyMs = everyMs;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves once another request is acknowledged. */
  async nextOk(limitMs = 60_000): Promise<void> {
    const startMs = performance.now();
    while (this.#lastOkMs < startMs) {
      if (performance.now() - startMs > limitMs) throw new Error(`nothing was acknowledged for ${limitMs / 1000} s`);
      await sleep(2);
    }
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#running;
    await this.#pool.destroy();
  }

  async #run(): Promise<void> {
    for (let number = 1; !this.#over.signal.aborted; number++) {
      const line = `order ${number} failed`;
      const usual = messages(USUAL_LINES, (i) => `order ${number * USUAL_LINES + i} of customer ${i} paid`);
      const body = encodeLogs(
        { service: 'steady', messages: usual },
        { service: 'failing', messages: [line], severityNumber: ERROR },
      );
      if (!(await this.#deliver(body))) return;
      this.records += USUAL_LINES + 1;
      this.acknowledged.push(line);
      await sleep(this.#everyMs);
    }
  }

  /** False when it is over before there is an answer. */
  async #deliver(body: Buffer): Promise<boolean> {
    while (!this.#over.signal.aborted) {
      const startMs = performance.now();
      if (await this.#send(body)) {
        const nowMs = performance.now();
        if (this.#lastOkMs > 0) this.longestGapMs = Math.max(this.longestGapMs, nowMs - this.#lastOkMs);
        this.#lastOkMs = nowMs;
        this.latency.add(nowMs - startMs);
        return true;
      }
      await sleep(RETRY_MS);
    }
    return false;
  }

  async #send(body: Buffer): Promise<boolean> {
    const headers = { 'content-type': 'application/x-protobuf' };
    try {
      const { statusCode, body: answer } = await this.#pool.request({
        path: this.#path,
        method: 'POST',
        headers,
        body,
      });
      await answer.dump();
      if (statusCode !== 200) this.refused++;
      return statusCode === 200;
    } catch {
      this.unanswered++;
      return false;
    }
  }
}
