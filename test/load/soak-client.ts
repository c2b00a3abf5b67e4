import { setTimeout as delay } from 'node:timers/promises';
import { Client, credentials, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { Histogram } from './histogram.ts';
import { RECORDS_A_REQUEST } from './shop-requests.ts';

const EXPORT = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
const DEADLINE_MS = 60_000;
const RETRY_MS = 100;
const FAILURES_KEPT = 10;

/** Sends over OTLP/gRPC as OTLP asks of senders: what is refused for now is sent again. */
export class SoakClient {
  readonly #client: Client;
  acknowledged = 0;
  refused = 0;
  /** Requests that were given up. */
  failed = 0;
  /** Why, of the first ones. */
  readonly failures: string[] = [];
  latency = new Histogram();

  constructor(target: string) {
    this.#client = new Client(target, credentials.createInsecure(), { 'grpc.enable_retries': 0 });
  }

  /** With so many requests on their way at once, each followed by the next, for that long. Resolves to records a second. */
  async sendAtOnce(concurrency: number, lastsMs: number, next: () => Buffer): Promise<number> {
    const before = this.acknowledged;
    const began = performance.now();
    const sendOn = async () => {
      while (performance.now() - began < lastsMs) await this.#send(next());
    };
    await Promise.all(Array.from({ length: concurrency }, sendOn));
    return ((this.acknowledged - before) * 1000) / (performance.now() - began);
  }

  /** At `rate` records a second; one that is late is sent as soon as a place among `concurrency` is free. */
  async sendPaced(pace: { rate: number; lastsMs: number; concurrency: number; next: () => Buffer }): Promise<void> {
    const stepMs = (RECORDS_A_REQUEST * 1000) / pace.rate;
    const began = performance.now();
    let turn = 0;
    const sendOn = async () => {
      for (;;) {
        const dueMs = turn++ * stepMs;
        if (dueMs >= pace.lastsMs) return;
        const waitMs = dueMs - (performance.now() - began);
        // What a machine that stood still could not send in time is not sent after the end.
        if (waitMs < dueMs - pace.lastsMs) return;
        if (waitMs > 0) await delay(waitMs);
        await this.#send(pace.next());
      }
    };
    await Promise.all(Array.from({ length: pace.concurrency }, sendOn));
  }

  close(): void {
    this.#client.close();
  }

  async #send(request: Buffer): Promise<void> {
    for (;;) {
      const began = performance.now();
      const error = await this.#export(request);
      if (error === undefined) {
        this.latency.add(performance.now() - began);
        this.acknowledged += RECORDS_A_REQUEST;
        return;
      }
      if (error.code !== status.UNAVAILABLE) {
        this.failed++;
        if (this.failures.length < FAILURES_KEPT) this.failures.push(error.message);
        return;
      }
      this.refused++;
      await delay(RETRY_MS);
    }
  }

  #export(request: Buffer): Promise<ServiceError | undefined> {
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(
        EXPORT,
        (body: Buffer) => body,
        (body: Buffer) => body,
        request,
        { deadline: Date.now() + DEADLINE_MS },
        (error) => resolve(error ?? undefined),
      );
    });
  }
}
