import { errorWithWords } from '../sink.ts';
import type { SendResult } from '../sink.ts';

/** Where delivery says what people should know; pino's logger is one. */
export interface SinkLog {
  info(fields: Record<string, unknown>, sentence: string): void;
  warn(fields: Record<string, unknown>, sentence: string): void;
  error(fields: Record<string, unknown>, sentence: string): void;
}

export type SinkState = 'ok' | 'retrying' | 'failing' | 'idle';

/** From so many failures in a row on, it is no hiccup. */
const FAILING_MIN = 5;
/** Refusals of single messages are told at most so often. */
const REFUSED_LOG_MS = 60_000;

/** Alerts by what became of them, and calls that failed. */
export interface DeliveryCounts {
  delivered: number;
  /** Calls that are made again. */
  failed: number;
  refused: number;
  given_up: number;
  dropped: number;
  superseded: number;
  unreadable: number;
}

/** Counts what happens to one sink's alerts, and says it in the log once, not for each alert. */
export class DeliveryReport {
  readonly #name: string;
  readonly #log: SinkLog;
  readonly counts: DeliveryCounts = {
    delivered: 0,
    failed: 0,
    refused: 0,
    given_up: 0,
    dropped: 0,
    superseded: 0,
    unreadable: 0,
  };
  state: SinkState = 'idle';
  /** With what the tool said, which may be text of the alerts it was sent: for those who may read these, not for the log. */
  lastError: string | undefined;
  #lastLogged: string | undefined;
  /** Epoch milliseconds. */
  lastDeliveredMs: number | undefined;
  #isFull = false;
  #refusedLoggedMs = Number.NEGATIVE_INFINITY;

  constructor(name: string, log: SinkLog) {
    this.#name = name;
    this.#log = log;
  }

  delivered(alerts: number, nowMs: number): void {
    this.counts.delivered += alerts;
    this.lastDeliveredMs = nowMs;
  }

  works(failuresBefore: number): void {
    this.state = 'ok';
    if (failuresBefore > 0)
      this.#log.info({ sink: this.#name, failed_calls: failuresBefore }, 'the sink takes alerts again');
  }

  failed(result: Extract<SendResult, { outcome: 'failed' }>, failures: number): void {
    const { error, status } = result;
    this.counts.failed++;
    this.lastError = errorWithWords(result);
    this.#lastLogged = error;
    // What asks for other credentials or another address does not pass by itself.
    const needsSomebody = status !== undefined && [401, 403, 404].includes(status);
    this.state = failures >= FAILING_MIN || needsSomebody ? 'failing' : 'retrying';
    if (failures === 1)
      this.#log.warn(
        { sink: this.#name, error },
        'the sink took no alert; it is tried again, GET /sinks has its words',
      );
    if (failures === FAILING_MIN)
      this.#log.error(
        { sink: this.#name, error, failures },
        'the sink takes no alerts; they wait and are tried again, GET /sinks has its words',
      );
  }

  refused(result: Extract<SendResult, { outcome: 'refused' }>, nowMs: number): void {
    const { error } = result;
    this.counts.refused++;
    this.lastError = errorWithWords(result);
    this.#lastLogged = error;
    if (nowMs - this.#refusedLoggedMs < REFUSED_LOG_MS) return;
    this.#refusedLoggedMs = nowMs;
    this.#log.error(
      { sink: this.#name, error },
      'the sink refused an alert for good; it is not sent again, GET /sinks has its words',
    );
  }

  gaveUp(alerts: number, afterMs: number): void {
    if (alerts === 0) return;
    this.counts.given_up += alerts;
    const fields = { sink: this.#name, alerts, last_error: this.#lastLogged };
    this.#log.error(fields, `gave up alerts that could not be delivered for ${afterMs / 1000} s`);
  }

  /** At the queue's bound; told once until there is room again. */
  dropped(alerts: number, waiting: number): void {
    this.counts.dropped += alerts;
    if (this.#isFull) return;
    this.#isFull = true;
    this.#log.error(
      { sink: this.#name, waiting },
      'the queue of the sink is full: the oldest updates are dropped and counted until there is room',
    );
  }

  hasRoom(): void {
    this.#isFull = false;
  }

  superseded(alerts: number): void {
    this.counts.superseded += alerts;
  }

  unreadable(): void {
    this.counts.unreadable++;
    this.#log.error({ sink: this.#name }, 'an alert that was kept cannot be read, perhaps of another version: dropped');
  }
}
