import { isDeepStrictEqual } from 'node:util';
import { memoryOutbox } from './memory-outbox.ts';
import type { Incident } from '../domain/incident.ts';
import type { Outbox, OutboxEntry } from '../domain/outbox.ts';
import type { AlertsConfig, SinkConfig } from './alerts-file/alerts-config.ts';
import { createSink } from './create-sink.ts';
import type { DeliveryCounts, SinkLog, SinkState } from './delivery/delivery-report.ts';
import { SinkDelivery } from './delivery/sink-delivery.ts';
import { AlertPlanner, incidentEvent } from './plan-alerts.ts';
import type { AlertedRecord } from './plan-alerts.ts';
import { sampleIncident } from './sample-incident.ts';
import { errorWithWords } from './sink.ts';
import type { Sink, SinkType } from './sink.ts';

export interface AlertSinksOptions {
  config: AlertsConfig;
  /** Where undelivered alerts are kept; in memory only without. */
  outbox?: Outbox;
  /** Incidents open now, for tools that have to be reminded of them. */
  openIncidents(): readonly Incident[];
  log: SinkLog;
  nowMs(): number;
  /** In [0, 1): what spreads retries. */
  random(): number;
  /** Told the seconds from the decision to tell a sink until it was told. */
  onDelivered?(sink: string, seconds: number): void;
  /** Pauses after failures. */
  retry?: { firstMs: number; longestMs: number };
}

export interface SinkStatus {
  name: string;
  type: SinkType;
  state: SinkState;
  pending: number;
  pendingBytes: number;
  counts: Readonly<DeliveryCounts>;
  lastError: string | undefined;
  /** Epoch milliseconds. */
  lastDeliveredMs: number | undefined;
}

export interface SinkTest {
  delivered: boolean;
  status: number | undefined;
  error: string | undefined;
  ms: number;
}

const RETRY = { firstMs: 1000, longestMs: 60_000 };
/** Calls at once, as a share of those of a minute. */
const BURST_SHARE = 1 / 6;
const BURST_MAX = 100;

interface RunningSink {
  config: SinkConfig;
  sink: Sink;
  delivery: SinkDelivery;
}

/** All configured sinks: decides who is told what, and delivers it to each at its own pace. */
export class AlertSinks {
  readonly #options: Omit<AlertSinksOptions, 'config'>;
  #config: AlertsConfig;
  #planner: AlertPlanner;
  readonly #deliveries: Map<string, RunningSink>;

  constructor(options: AlertSinksOptions) {
    const { config, ...others } = options;
    this.#options = others;
    this.#config = config;
    this.#planner = new AlertPlanner(config);
    this.#deliveries = new Map(config.sinks.map((one) => [one.name, this.#build(one)]));
  }

  /** Starts to deliver, first what an earlier process left. */
  start(): void {
    const left = (this.#options.outbox ?? memoryOutbox).restore();
    if (left.length > 0) {
      this.#options.log.info({ alerts: left.length }, 'alerts from before the restart are delivered now');
      this.enqueue(left);
    }
    for (const { delivery } of this.#deliveries.values()) delivery.start();
  }

  /** Whom to tell what of a record. */
  plan(record: AlertedRecord): OutboxEntry[] {
    return this.#planner.plan(record, this.#options.nowMs());
  }

  /** Takes entries that are kept (see `Outbox`) for delivery. Returns at once, whatever state any sink is in. */
  enqueue(entries: readonly OutboxEntry[]): void {
    if (entries.length === 0) return;
    for (const [name, own] of Map.groupBy(entries, ({ sink }) => sink)) {
      const known = this.#deliveries.get(name);
      if (known !== undefined) known.delivery.enqueue(own);
      else this.#forget(name, own);
    }
  }

  statuses(): SinkStatus[] {
    return Array.from(this.#deliveries.values(), ({ config, delivery }) => ({
      name: config.name,
      type: config.tool.type,
      state: delivery.report.state,
      pending: delivery.pending,
      pendingBytes: delivery.pendingBytes,
      counts: delivery.report.counts,
      lastError: delivery.report.lastError,
      lastDeliveredMs: delivery.report.lastDeliveredMs,
    }));
  }

  /** Sends a test alert, past the queue and once; undefined when there is no such sink. */
  async test(name: string): Promise<SinkTest | undefined> {
    const known = this.#deliveries.get(name);
    if (known === undefined) return undefined;
    const { config, sink } = known;
    const startMs = this.#options.nowMs();
    const incident = sampleIncident(startMs);
    const event = incidentEvent({
      kind: 'test',
      severity: 'info',
      at: startMs,
      sink: config,
      incident,
      // Nothing would be found at the address of an incident that is none.
      externalUrl: undefined,
    });
    const result = await sink.send([{ id: `test-${incident.id}`, event }], AbortSignal.timeout(config.timeoutMs));
    return {
      delivered: result.outcome === 'delivered',
      status: result.status,
      error: result.outcome === 'delivered' ? undefined : errorWithWords(result),
      ms: Math.max(0, this.#options.nowMs() - startMs),
    };
  }

  /**
   * Goes by another alerts file from now on. Sinks that are as they were go on; one that has changed is made anew and takes
   * over what waits for it, and what waits for one that is gone is dropped, which the log says.
   */
  async reload(config: AlertsConfig): Promise<void> {
    const everyOne = config.externalUrl !== this.#config.externalUrl;
    const wanted = new Map(config.sinks.map((one) => [one.name, one]));
    this.#config = config;
    this.#planner = new AlertPlanner(config);
    const changed = [...this.#deliveries].filter(
      ([name, running]) => everyOne || !isDeepStrictEqual(wanted.get(name), running.config),
    );
    for (const one of config.sinks) if (!this.#deliveries.has(one.name)) this.#startOne(one, []);
    await Promise.all(
      changed.map(async ([name, { delivery }]) => {
        await delivery.stop(0);
        // In one turn, so that what comes in meanwhile is among it or reaches the next.
        const left = delivery.left();
        this.#deliveries.delete(name);
        const next = wanted.get(name);
        if (next !== undefined) this.#startOne(next, left);
        else if (left.length > 0) this.#forget(name, left);
      }),
    );
  }

  /** Tries to deliver what waits within the grace; what is left is said. */
  async stop(graceMs: number): Promise<void> {
    await Promise.all(
      Array.from(this.#deliveries, async ([name, { delivery }]) => {
        const left = await delivery.stop(graceMs);
        if (left === 0) return;
        const after =
          this.#options.outbox === undefined
            ? 'they are lost, as DATA_DIR is not set'
            : 'they follow at the next start';
        this.#options.log.warn({ sink: name, alerts: left }, `alerts could not be delivered before the end: ${after}`);
      }),
    );
  }

  #startOne(config: SinkConfig, left: readonly OutboxEntry[]): void {
    const running = this.#build(config);
    this.#deliveries.set(config.name, running);
    running.delivery.enqueue(left);
    running.delivery.start();
  }

  #build(config: SinkConfig): RunningSink {
    const { outbox = memoryOutbox, log, nowMs, random, onDelivered, retry = RETRY } = this.#options;
    const { name, timeoutMs, giveUpMs, perMinute, queue, updateIntervalMs, tool } = config;
    const sink = createSink(config, {
      secrets: this.#config.secrets,
      externalUrl: this.#config.externalUrl,
      open: () => this.#planner.openEvents(this.#options.openIncidents(), name),
      nowMs,
    });
    const delivery = new SinkDelivery({
      name,
      sink,
      outbox,
      log,
      timeoutMs,
      giveUpMs,
      perMinute,
      burst: Math.max(1, Math.min(BURST_MAX, Math.round(perMinute * BURST_SHARE))),
      queue: { ...queue, updateIntervalMs, joinsAnomalies: tool.type !== 'otlp' },
      retry,
      nowMs,
      random,
      onDelivered: (ms) => onDelivered?.(name, ms / 1000),
    });
    return { config, sink, delivery };
  }

  /** Alerts of before, for a sink that the file no longer has. */
  #forget(sink: string, entries: readonly OutboxEntry[]): void {
    this.#options.log.warn(
      { sink, alerts: entries.length },
      'the alerts file has no such sink any more: alerts dropped',
    );
    this.#options.outbox?.remove(
      sink,
      entries.map(({ id }) => id),
    );
  }
}
