import type { ModelKey } from '../domain/model-key.ts';
import type { ShardClient } from './shard-client.ts';
import type { SavedAgain, SavedModel } from './shard-protocol.ts';

export interface SnapshotsOptions {
  shards: readonly ShardClient[];
  /** A model that goes on learning is saved anew after so long. */
  intervalMs: number;
  nowMs(): number;
  /** Of services and of tenants. */
  modelCount(): number;
  /** Whether they are kept. */
  save(models: readonly SavedModel[], gone: readonly ModelKey[]): Promise<boolean>;
  onFailure(error: unknown): void;
}

/** How often shards are asked for some; few at a time, so that no line waits for long. */
const TURN_MS = 50;
/** More turns than models need at least, so that none falls behind. */
const HEADROOM = 1.5;
/** Of models that are saved at once at the end, when nothing else is done. */
const LAST_LIMIT = 64;

/** Has the shards' models kept, a few at every turn, each at its own time. */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  /** By shard: what has to be saved once more. */
  readonly #again: SavedAgain[];
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  /** When something was kept last, epoch milliseconds. */
  savedMs: number | undefined;

  constructor(options: SnapshotsOptions) {
    this.#options = options;
    this.#again = options.shards.map(() => []);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.#turn().finally(() => {
        this.#running = undefined;
      });
    }, TURN_MS);
  }

  /** What was kept is lost: every model is saved anew. */
  saveAll(): void {
    this.#again.fill('all');
  }

  /** Saves whatever has changed, and ends. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    const nowMs = this.#options.nowMs();
    try {
      for (const index of this.#again.keys()) while ((await this.#save(index, nowMs, nowMs, LAST_LIMIT)) > 0);
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  async #turn(): Promise<void> {
    const { shards, intervalMs, modelCount, nowMs, onFailure } = this.#options;
    const share = (modelCount() / shards.length) * (TURN_MS / intervalMs) * HEADROOM;
    const now = nowMs();
    try {
      for (const index of shards.keys()) await this.#save(index, now, now - intervalMs, Math.max(1, Math.ceil(share)));
    } catch (error) {
      onFailure(error);
    }
  }

  /** Answers how many were kept. */
  async #save(index: number, nowMs: number, savedBeforeMs: number, limit: number): Promise<number> {
    const { shards, save } = this.#options;
    const again = this.#again[index]!;
    this.#again[index] = [];
    const taken = await shards[index]!.call({ type: 'snapshot', shard: index, nowMs, savedBeforeMs, limit, again });
    const { models, gone } = taken;
    if (models.length === 0 && gone.length === 0) return 0;
    // Now, as the bytes move to the store.
    const keys = models.map(({ bytes: _bytes, savedMs: _savedMs, lastSeenMs: _lastSeenMs, ...key }) => key);
    if (await save(models, gone)) {
      this.savedMs = nowMs;
      return models.length;
    }
    this.#saveAgain(index, keys);
    return 0;
  }

  #saveAgain(index: number, keys: readonly ModelKey[]): void {
    const others = this.#again[index]!;
    if (others !== 'all') this.#again[index] = [...others, ...keys];
  }
}
