import { storeConditions } from './app-store.ts';
import type { Kept } from './app-store.ts';
import type { Readiness } from './serve/engine.ts';
import type { StatusAnswer, StatusPart } from './serve/schemas/health.ts';
import type { AlertSinks } from './sinks/alert-sinks.ts';

/** The last failure of parts that mend themselves; one entry a name, and the names are the program's own. */
export class Failures {
  readonly #last = new Map<'shards' | 'retraining', { message: string; atMs: number }>();

  note(part: 'shards' | 'retraining', error: unknown): void {
    this.#last.set(part, { message: error instanceof Error ? error.message : String(error), atMs: Date.now() });
  }

  /** @param mendedMs When the part last did its work, in epoch milliseconds; a failure before it is over. */
  part(name: 'shards' | 'retraining', mendedMs: number): StatusPart {
    const last = this.#last.get(name);
    if (last === undefined) return { name, state: 'ok' };
    const since = new Date(last.atMs).toISOString();
    if (mendedMs > last.atMs) return { name, state: 'ok', last_error: last.message };
    return { name, state: 'degraded', last_error: last.message, since };
  }
}

const SINK_STATES = { ok: 'ok', idle: 'ok', retrying: 'degraded', failing: 'failed' } as const;

/** How each part stands, for `GET /status`. */
export function statusParts(parts: {
  readiness: Readiness;
  failures: Failures;
  trainedMs: number | undefined;
  kept: Kept | undefined;
  sinks: AlertSinks | undefined;
}): StatusAnswer['parts'] {
  const { readiness, failures, trainedMs, kept, sinks } = parts;
  return [
    { name: 'receivers', state: readiness.ready ? 'ok' : 'off' },
    // A shard that died is started anew at once: what is left to tell is why it did.
    failures.part('shards', Infinity),
    failures.part('retraining', trainedMs ?? 0),
    ...storeParts(kept),
    ...sinkParts(sinks),
  ];
}

function storeParts(kept: Kept | undefined): StatusPart[] {
  if (kept === undefined) return [{ name: 'store', state: 'off', detail: 'DATA_DIR is not set' }];
  return storeConditions(kept).map(({ kind, state, detail, lastError, since }) => ({
    name: `store/${kind}`,
    state,
    ...(detail === undefined ? {} : { detail }),
    ...(lastError === undefined ? {} : { last_error: lastError }),
    ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
  }));
}

function sinkParts(sinks: AlertSinks | undefined): StatusPart[] {
  if (sinks === undefined) return [{ name: 'sinks', state: 'off', detail: 'no alerts file is set' }];
  return sinks.statuses().map(({ name, state, pending, lastError }) => ({
    name: `sink/${name}`,
    state: SINK_STATES[state],
    detail: `${pending} pending`,
    ...(lastError === undefined ? {} : { last_error: lastError }),
  }));
}
