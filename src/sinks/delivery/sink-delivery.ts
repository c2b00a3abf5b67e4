import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { backOffMs } from '../../outgoing/retry-delay.ts';
import type { Outbox, OutboxEntry } from '../../domain/outbox.ts';
import { readEvent } from '../alert-event.ts';
import type { SendResult, Sink } from '../sink.ts';
import { DeliveryQueue, pendingOf } from './delivery-queue.ts';
import type { Pending } from './delivery-queue.ts';
import { DeliveryReport } from './delivery-report.ts';
import type { SinkLog } from './delivery-report.ts';
import { TokenBucket } from './token-bucket.ts';

export interface DeliveryOptions {
  name: string;
  sink: Sink;
  outbox: Outbox;
  log: SinkLog;
  /** One call to the tool. */
  timeoutMs: number;
  /** Age at which an alert is given up. */
  giveUpMs: number;
  perMinute: number;
  burst: number;
  queue: { entriesMax: number; bytesMax: number; updateIntervalMs: number; joinsAnomalies: boolean };
  retry: { firstMs: number; longestMs: number };
  nowMs(): number;
  /** In [0, 1). */
  random(): number;
  /** Told the milliseconds from the decision to tell until it was told. */
  onDelivered?(ms: number): void;
}

/** A tool that asks for more patience than this is asked again after it all the same. */
const RETRY_AFTER_MS_MAX = 3_600_000;
/** What a race that is over answers, to nobody. */
const NEVER_ASKED: SendResult = { outcome: 'failed', error: '' };
const CLOCK_SET_BACK_MS = 1000;
/** While stopping, so many failures in a row end the attempt to be rid of what waits. */
const DRAIN_FAILURES_MAX = 3;
const DRAIN_RETRY_MS_MAX = 500;

/** Delivers to one sink, for as long as it takes, at the sink's own pace; whatever happens to it, no other one hears. */
export class SinkDelivery {
  readonly #options: DeliveryOptions;
  readonly #queue: DeliveryQueue;
  readonly #bucket: TokenBucket;
  readonly report: DeliveryReport;
  readonly #stopping = new AbortController();
  #wakeUp: AbortController | undefined;
  #running: Promise<void> | undefined;
  #isDraining = false;
  #failures = 0;
  #notBeforeMs = 0;
  #refreshAtMs: number;
  #lastNowMs: number;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#queue = new DeliveryQueue(options.queue);
    const { perMinute, burst, name, log } = options;
    this.#bucket = new TokenBucket({ perMinute, burst, nowMs: options.nowMs() });
    this.report = new DeliveryReport(name, log);
    this.#lastNowMs = options.nowMs();
    this.#refreshAtMs = options.nowMs() + (options.sink.refresh?.everyMs ?? Number.POSITIVE_INFINITY);
  }

  get pending(): number {
    return this.#queue.count;
  }

  get pendingBytes(): number {
    return this.#queue.bytes;
  }

  /** Takes what the outbox holds for this sink; what cannot be held is dropped, counted and out of the outbox. */
  enqueue(entries: readonly OutboxEntry[]): void {
    for (const { id, createdMs, event: json } of entries) {
      const event = readEvent(json);
      if (event === undefined) {
        this.report.unreadable();
        this.#options.outbox.remove(this.#options.name, [id]);
        continue;
      }
      const { superseded, dropped } = this.#queue.add(pendingOf({ id, event }, createdMs, json.length));
      this.report.superseded(superseded.length);
      if (dropped.length > 0) this.report.dropped(dropped.length, this.#queue.count);
      // One that comes again under its own id is still in there.
      this.#forget([...superseded.filter(({ alert }) => alert.id !== id), ...dropped]);
    }
    this.#wake();
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Tries to deliver what waits within the grace; answers how many alerts are left. */
  async stop(graceMs: number): Promise<number> {
    this.#isDraining = true;
    const timer = setTimeout(() => this.#stopping.abort(), graceMs);
    this.#wake();
    await this.#running;
    clearTimeout(timer);
    await this.#options.sink.close();
    return this.#queue.count;
  }

  /** What is not delivered, as the outbox has it: after `stop`, to hand it over. One that was under way may have arrived. */
  left(): OutboxEntry[] {
    const { name } = this.#options;
    return this.#queue
      .waiting()
      .map(({ alert: { id, event }, createdMs }) => ({ id, sink: name, createdMs, event: JSON.stringify(event) }));
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted && !this.#hasDrained()) {
      this.#giveUp();
      const waitMs = this.#waitMs();
      if (waitMs > 0) await this.#rest(waitMs);
      else await this.#deliver();
    }
  }

  #hasDrained(): boolean {
    return this.#isDraining && (this.#queue.count === 0 || this.#failures >= DRAIN_FAILURES_MAX);
  }

  #waitMs(): number {
    const nowMs = this.#options.nowMs();
    if (nowMs < this.#lastNowMs - CLOCK_SET_BACK_MS) this.#forgetTimes(nowMs);
    this.#lastNowMs = nowMs;
    const readyMs = this.#isDraining ? nowMs : (this.#queue.nextReadyMs() ?? Number.POSITIVE_INFINITY);
    const dueMs = this.#isDraining ? readyMs : Math.min(readyMs, this.#refreshAtMs);
    return Math.max(dueMs - nowMs, this.#notBeforeMs - nowMs, this.#bucket.waitMs(nowMs));
  }

  /** The clock was set back: what was to happen at a time of the old one would happen far too late. */
  #forgetTimes(nowMs: number): void {
    this.#notBeforeMs = nowMs;
    this.#refreshAtMs = Math.min(this.#refreshAtMs, nowMs);
    this.#queue.forgetIntervals();
  }

  /** Until the time has passed, or something has come. */
  async #rest(ms: number): Promise<void> {
    this.#wakeUp = new AbortController();
    const signal = AbortSignal.any([this.#wakeUp.signal, this.#stopping.signal]);
    // A timer cannot wait for longer than 2^31 ms, and what waits has to be looked at for its age.
    await sleep(Math.min(ms, 60_000), undefined, { signal, ref: false }).catch(() => undefined);
    this.#wakeUp = undefined;
  }

  #wake(): void {
    this.#wakeUp?.abort();
  }

  async #deliver(): Promise<void> {
    const { sink, nowMs } = this.#options;
    const startMs = nowMs();
    this.#bucket.take(startMs);
    if (sink.refresh !== undefined && startMs >= this.#refreshAtMs && !this.#isDraining) {
      await this.#refresh(sink.refresh, startMs);
      return;
    }
    const batch = this.#queue.take(sink.batchMax, startMs, this.#isDraining);
    if (batch.length === 0) return;
    const alerts = batch.map(({ alert }) => alert);
    this.#settle(batch, await this.#call((signal) => sink.send(alerts, signal)));
  }

  async #refresh({ everyMs, send }: NonNullable<Sink['refresh']>, startMs: number): Promise<void> {
    this.#refreshAtMs = startMs + everyMs;
    const result = await this.#call(send);
    if (result === undefined) return;
    if (result.outcome === 'failed') this.#backOff(result);
    else this.#works();
    if (result.outcome === 'refused') this.report.refused(result, startMs);
  }

  /** One call, over when its time is, whether the sink minds the signal or not. */
  async #call<Result extends SendResult | undefined>(
    send: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result | SendResult> {
    const { timeoutMs } = this.#options;
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#stopping.signal]);
    const settled = new AbortController();
    try {
      const over = once(signal, 'abort', { signal: settled.signal }).then(
        () => ({ outcome: 'failed', error: `no answer within ${timeoutMs / 1000} s` }) as const,
        () => NEVER_ASKED,
      );
      return await Promise.race([send(signal), over]);
    } catch (error) {
      // A sink's own mistake must not end the delivery to it.
      if (!(error instanceof Error)) return { outcome: 'failed', error: `unexpected: ${typeof error}` };
      return { outcome: 'failed', error: `unexpected ${error.name}`, words: error.message };
    } finally {
      settled.abort();
    }
  }

  #settle(batch: Pending[], result: SendResult): void {
    const nowMs = this.#options.nowMs();
    if (result.outcome === 'failed') {
      this.#queue.putBack(batch);
      this.#backOff(result);
      return;
    }
    this.#works();
    if (result.outcome === 'refused' && batch.length > 1) {
      this.#queue.putBack(batch.map((pending) => ({ ...pending, isAlone: true })));
      return;
    }
    this.#queue.done(batch, nowMs);
    this.#forget(batch);
    if (this.#queue.isHalfEmpty) this.report.hasRoom();
    if (result.outcome === 'refused') {
      this.report.refused(result, nowMs);
      return;
    }
    this.report.delivered(batch.length, nowMs);
    for (const { createdMs } of batch) this.#options.onDelivered?.(Math.max(0, nowMs - createdMs));
  }

  /** The sink answered as it should, whatever it said of the message. */
  #works(): void {
    this.report.works(this.#failures);
    this.#failures = 0;
    this.#notBeforeMs = 0;
  }

  #backOff(result: Extract<SendResult, { outcome: 'failed' }>): void {
    // Cut off by the end of the grace: that is no failure of the sink.
    if (this.#stopping.signal.aborted) return;
    const { retry, random, nowMs } = this.#options;
    const own = backOffMs(this.#failures, random, retry.firstMs, 1, retry.longestMs);
    this.#failures++;
    const asked = Math.min(result.retryAfterMs ?? 0, RETRY_AFTER_MS_MAX);
    const pauseMs = this.#isDraining ? Math.min(own, DRAIN_RETRY_MS_MAX) : Math.max(own, asked);
    this.#notBeforeMs = nowMs() + pauseMs;
    this.report.failed(result, this.#failures);
  }

  #giveUp(): void {
    const expired = this.#queue.expire(this.#options.nowMs() - this.#options.giveUpMs);
    this.report.gaveUp(expired.length, this.#options.giveUpMs);
    this.#forget(expired);
  }

  #forget(pendings: readonly Pending[]): void {
    if (pendings.length === 0) return;
    this.#options.outbox.remove(
      this.#options.name,
      pendings.map(({ alert }) => alert.id),
    );
  }
}
