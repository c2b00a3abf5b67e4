import type { Analyser } from '../analyse/analyser.ts';
import { certificatePart } from './security.ts';
import type { Security } from './security.ts';
import { storeConditions } from './store.ts';
import type { Kept } from './store.ts';
import type { CountingStreams } from './metrics.ts';
import type { ShardSet } from '../live/shard-set.ts';
import type { Readiness } from '../serve/engine.ts';
import { Problem } from '../serve/problem.ts';
import type { ProblemCode } from '../serve/problem.ts';
import type { StatusAnswer, StatusPart } from '../serve/schemas/health.ts';
import type { AlertSinks } from '../sinks/alert-sinks.ts';
import { SOURCE_NAMES } from '../sources/catalogue.ts';
import { errorText } from '../telemetry/error-text.ts';

type PartName = 'shards' | 'retraining' | 'analyser' | 'reload' | `source/${string}`;
type Trouble = Exclude<StatusPart['state'], 'ok'>;

interface PartHistory {
  lastError: string | undefined;
  /** Undefined while all is well. */
  trouble: { state: Trouble; sinceMs: number } | undefined;
}

const ERROR_CHARS_MAX = 1000;

/** How parts that mend themselves fared last; one entry a name, and the names are the program's own. */
export class Failures {
  readonly #parts = new Map<PartName, PartHistory>();

  note(part: PartName, error: unknown, state: Trouble = 'degraded'): void {
    const since = this.#parts.get(part)?.trouble?.sinceMs ?? Date.now();
    this.#parts.set(part, {
      lastError: errorText(error).slice(0, ERROR_CHARS_MAX),
      trouble: { state, sinceMs: since },
    });
  }

  /** The part has done its work. */
  mend(part: PartName): void {
    this.#parts.set(part, { lastError: this.#parts.get(part)?.lastError, trouble: undefined });
  }

  has(part: PartName): boolean {
    return this.#parts.has(part);
  }

  isTroubled(part: PartName): boolean {
    return this.#parts.get(part)?.trouble !== undefined;
  }

  part(name: PartName, detail?: string): StatusPart {
    const { lastError, trouble } = this.#parts.get(name) ?? { lastError: undefined, trouble: undefined };
    return {
      name,
      state: trouble?.state ?? 'ok',
      ...(detail === undefined ? {} : { detail }),
      ...(lastError === undefined ? {} : { last_error: lastError }),
      ...(trouble === undefined ? {} : { since: new Date(trouble.sinceMs).toISOString() }),
    };
  }
}

/** Takes down how a window of a source went; `error` is undefined where it went well. */
export function noteWindow(failures: Failures, source: string, error: unknown): void {
  if (error === undefined) {
    failures.mend(`source/${source}`);
    failures.mend('analyser');
    return;
  }
  const code = codeOf(error);
  if (code === 'source_not_configured') failures.note(`source/${source}`, error, 'off');
  else if (code === 'source_busy') failures.note(`source/${source}`, error);
  else if (code.startsWith('source_')) failures.note(`source/${source}`, error, 'failed');
  else if (code === 'busy' || code === 'internal') failures.note('analyser', error);
}

/** What a call for a window is refused for. */
export function codeOf(error: unknown): ProblemCode {
  return error instanceof Problem ? error.code : 'internal';
}

const SINK_STATES = { ok: 'ok', idle: 'ok', retrying: 'degraded', failing: 'failed' } as const;
/** Scoring that is so far behind is told. */
const SHARD_DELAY_MAX_SECONDS = 5;

interface StandingParts {
  readiness: Readiness;
  failures: Failures;
  shards: Pick<ShardSet, 'threads'>;
  analyser: Pick<Analyser, 'fullest' | 'jobsMax'>;
  streams: CountingStreams;
  kept: Kept | undefined;
  sinks: AlertSinks | undefined;
  security: Security;
}

/** How each part stands, for `GET /status`. */
export function statusParts(parts: StandingParts): StatusAnswer['parts'] {
  const { failures, kept, sinks, security } = parts;
  return [
    receiversPart(parts),
    shardsPart(parts),
    failures.part('retraining'),
    analyserPart(parts),
    ...SOURCE_NAMES.flatMap((name) => (failures.has(`source/${name}`) ? [failures.part(`source/${name}`)] : [])),
    streamsPart(parts),
    ...(failures.has('reload') ? [failures.part('reload')] : []),
    certificatePart(security),
    ...storeParts(kept),
    ...sinkParts(sinks),
  ];
}

function receiversPart({ readiness: { ready, reasons } }: StandingParts): StatusPart {
  return ready ? { name: 'receivers', state: 'ok' } : { name: 'receivers', state: 'off', detail: reasons.join('; ') };
}

function shardsPart({ failures, shards }: StandingParts): StatusPart {
  const threads = shards.threads();
  const restarts = threads.reduce((sum, one) => sum + one.restarts, 0);
  const behind = threads.filter(({ waitedSeconds }) => waitedSeconds > SHARD_DELAY_MAX_SECONDS);
  const facts = [
    `${threads.length} running`,
    ...(restarts === 0 ? [] : [`restarts: ${restarts}`]),
    ...behind.map(({ shard, waitedSeconds }) => `${shard} is ${Math.round(waitedSeconds)} s behind`),
  ];
  const part = failures.part('shards', facts.join(', '));
  return behind.length === 0 ? part : { ...part, state: 'degraded' };
}

function analyserPart({ failures, analyser: { fullest, jobsMax } }: StandingParts): StatusPart {
  const { store, jobs } = fullest;
  const of = store === undefined ? '' : ` of ${store}`;
  const part = failures.part('analyser', `windows${of} that are worked on or wait: ${jobs} of at most ${jobsMax}`);
  return jobs < jobsMax || part.state !== 'ok' ? part : { ...part, state: 'degraded' };
}

/** A reader that is cut off is one that has stopped reading: the streams are well. */
function streamsPart({ streams: { http, grpc } }: StandingParts): StatusPart {
  const facts = [
    `readers over HTTP: ${http.subscribers}`,
    `over gRPC: ${grpc.watchers}`,
    `cut off as too slow: ${http.dropped + grpc.dropped}`,
    `told that they had missed some: ${http.gaps + grpc.gaps} times`,
  ];
  return { name: 'streams', state: 'ok', detail: facts.join(', ') };
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
