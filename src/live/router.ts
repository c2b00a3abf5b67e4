import { DecodeError } from '../decode/decode-error.ts';
import { RequestRoutes, routeRequest } from '../decode/logs-request.ts';
import { RecordColumns } from '../decode/record-columns.ts';
import { ServiceNames } from '../decode/service-names.ts';
import { ExportError } from '../receive/export-error.ts';
import type { IntakeResult, LogIntake } from '../receive/log-intake.ts';
import type { AnomalyBatch } from './anomaly-batch.ts';
import { freeMemory, transferable } from './request-memory.ts';
import type { ShardClient } from './shard-client.ts';

export interface RouterOptions {
  shards: readonly ShardClient[];
  serviceAttributes: readonly string[];
  nowMs(): number;
  /** Takes the anomalies of a request before its sender is answered. */
  onAnomalies(anomalies: AnomalyBatch): Promise<void>;
}

/** What one shard is given of a request. */
interface Part {
  bytes: Uint8Array;
  ranges: Int32Array;
}

/** Sends each `ResourceLogs` of a request, as bytes, to the shard that owns its service. */
export class Router implements LogIntake {
  readonly #options: RouterOptions;
  readonly #names: ServiceNames;
  readonly #routes = new RequestRoutes();
  readonly #columns = new RecordColumns();
  /** Log records taken and not scored, as they were alerts of ours. */
  ownRecords = 0;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#names = new ServiceNames({ attributes: options.serviceAttributes, shards: options.shards.length });
  }

  async accept(bytes: Uint8Array): Promise<IntakeResult> {
    this.#route(bytes);
    const receivedMs = this.#options.nowMs();
    const parts = [...this.#parts(bytes)];
    const counts = await Promise.all(parts.map(([shard, part]) => this.#score(shard, part, receivedMs)));
    return { records: counts.reduce((sum, count) => sum + count, 0), rejected: 0, message: '' };
  }

  /** Publishes what this shard found even when another shard refuses its part of the request. */
  async #score(shard: ShardClient, part: Part, receivedMs: number): Promise<number> {
    const scored = await shard.call({ type: 'otlp', ...part, receivedMs }, transferable(part.bytes));
    if (scored.anomalies !== undefined) await this.#options.onAnomalies(scored.anomalies);
    return scored.records;
  }

  #route(bytes: Uint8Array): void {
    const routes = this.#routes;
    try {
      routeRequest(bytes, this.#names, routes);
      this.ownRecords += routes.ownRecords;
      if (isShared(routes)) this.#check(bytes);
    } catch (error) {
      if (error instanceof DecodeError) throw new ExportError('invalid_argument', error.message, { cause: error });
      throw error;
    }
  }

  /**
   * A shard decodes all of its part before it scores any, but knows nothing of the others': where several share a
   * request it is decoded here first (0.05 us a record), so that it is scored whole or not at all.
   */
  #check(bytes: Uint8Array): void {
    const { count, start, end } = this.#routes;
    this.#columns.begin(bytes);
    for (let i = 0; i < count; i++) this.#columns.append(start[i]!, end[i]!);
    this.#columns.release();
  }

  /** A request that one shard owns moves there whole; of one that several own, each gets a copy of its ranges. */
  #parts(bytes: Uint8Array): Map<ShardClient, Part> {
    const { count, service, start, end } = this.#routes;
    const indexes = new Map<number, number[]>();
    for (let i = 0; i < count; i++) {
      const { shard } = service[i]!;
      const own = indexes.get(shard);
      if (own === undefined) indexes.set(shard, [i]);
      else own.push(i);
    }
    const parts = new Map<ShardClient, Part>();
    for (const [shard, own] of indexes) {
      const ranges = new Int32Array(own.length * 2);
      own.forEach((i, at) => {
        ranges[at * 2] = start[i]!;
        ranges[at * 2 + 1] = end[i]!;
      });
      parts.set(this.#options.shards[shard]!, indexes.size === 1 ? { bytes, ranges } : copyRanges(bytes, ranges));
    }
    if (indexes.size > 1) freeMemory(bytes);
    return parts;
  }
}

/** Whether more than one shard has a part in it. */
function isShared({ count, service }: RequestRoutes): boolean {
  for (let i = 1; i < count; i++) if (service[i]!.shard !== service[0]!.shard) return true;
  return false;
}

function copyRanges(bytes: Uint8Array, ranges: Int32Array): Part {
  let length = 0;
  for (let i = 0; i < ranges.length; i += 2) length += ranges[i + 1]! - ranges[i]!;
  const copy = new Uint8Array(length);
  const moved = new Int32Array(ranges.length);
  let at = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    copy.set(bytes.subarray(ranges[i], ranges[i + 1]), at);
    moved[i] = at;
    at += ranges[i + 1]! - ranges[i]!;
    moved[i + 1] = at;
  }
  return { bytes: copy, ranges: moved };
}
