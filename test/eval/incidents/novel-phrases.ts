import type { Level } from '../../../src/domain/level.ts';
import type { EvalRandom } from './eval-random.ts';
import { phrase } from './phrase.ts';
import type { VoiceTemplate } from './voice.ts';

const NOUNS =
  'snapshot lease shard replica ledger invoice coupon manifest token session certificate index partition cursor quota webhook tenant pipeline bucket checkpoint digest avatar catalogue subscription voucher route policy journal mailbox thumbnail'.split(
    ' ',
  );
const DONE =
  'rebuilt rotated archived promoted revoked compacted published migrated verified prefetched rebalanced throttled detached resumed synchronised enqueued expired pinned restored unlocked'.split(
    ' ',
  );
const DOING =
  'rebuild rotate archive promote revoke compact publish migrate verify prefetch rebalance attach resume synchronise enqueue restore unlock decode sign merge'.split(
    ' ',
  );
const CAUSES = [
  'connection reset by peer',
  'checksum mismatch',
  'no space left on device',
  'deadline exceeded',
  'permission denied',
  'version conflict',
  'unexpected end of stream',
  'quorum not reached',
  'too many open files',
  'certificate has expired',
  'schema is out of date',
  'circuit breaker is open',
];
const AGENTS = [
  'Coordinator',
  'ReplicaManager',
  'LeaseKeeper',
  'IngestWorker',
  'PolicyEngine',
  'BlobStore',
  'Scheduler',
];

/** Kinds of line made from a grammar of some 10,000, each once a stream: what no service has said before. */
export class NovelPhrases {
  readonly #made = new Set<string>();

  make(level: Level, weight: number, random: EvalRandom): VoiceTemplate {
    for (;;) {
      const text = level === 'error' || level === 'warn' ? trouble(random) : routine(random);
      const skeleton = text.replaceAll(/\{[^}]*\}/g, '');
      if (this.#made.has(skeleton)) continue;
      this.#made.add(skeleton);
      return phrase(level, weight, text);
    }
  }
}

function routine(random: EvalRandom): string {
  const noun = random.pick(NOUNS);
  const done = random.pick(DONE);
  const median = random.pick([4, 12, 35, 90, 240, 1100]);
  return random.pick([
    `${noun} {id} ${done} in {n:${median}} ms`,
    `${noun} ${done} for tenant {uuid}`,
    `${random.pick(AGENTS)}: ${random.pick(DOING)} ${noun} started by {user}`,
    `event=${noun}_${done} id={id} count={n:${median}} zone={zone}`,
    `${done} {n:${median}} of ${noun} entries, next run in {n:60:0.1}s`,
    `[${random.pick(AGENTS)}] ${noun} {uuid} is now ${done} ({zone})`,
  ]);
}

function trouble(random: EvalRandom): string {
  const noun = random.pick(NOUNS);
  const doing = random.pick(DOING);
  const cause = random.pick(CAUSES);
  return random.pick([
    `failed to ${doing} ${noun} {id}: ${cause}`,
    `${random.pick(AGENTS)}: could not ${doing} ${noun}, ${cause} (attempt {attempt})`,
    `java.lang.IllegalStateException: cannot ${doing} ${noun}: ${cause}`,
    `error="${cause}" op=${doing}_${noun} id={id} elapsed_ms={n:300:0.6}`,
    `${doing} of ${noun} {uuid} aborted after {n:5:0.5} retries: ${cause}`,
  ]);
}
