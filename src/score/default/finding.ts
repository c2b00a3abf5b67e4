import type { Explanation, ReasonDetail } from '../../domain/anomaly.ts';
import { unitWords } from '../../domain/amount-words.ts';
import { ERROR, INFO, WARN } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import type { MinedTemplate } from '../../mine/template-miner.ts';
import type { Finding } from '../detector.ts';
import type { EventClock } from './event-clock.ts';
import type { Signal } from './service-state.ts';
import { FIRST_SEEN, LAST_SEEN } from './template-memory.ts';
import type { TemplateMemory } from './template-memory.ts';

/** What the end of a bucket has shown, strongest first, as it is told; `nowMs` is the inner clock's. */
export function findingOf(
  signals: readonly Signal[],
  clock: EventClock,
  nowMs: number,
  fingerprintOf: (template: MinedTemplate) => string,
): Finding {
  const memory = signals.find((signal) => signal.memory !== undefined)?.memory;
  const details = signals.map(({ detail, memory: own }) => ({
    ...detail,
    since: clock.outer(detail.since),
    ...scopeOf(own && fingerprintOf(own.template)),
  }));
  const reasons = [...new Set(details.map(({ reason }) => reason))];
  const [first] = details;
  const explanation: Explanation = {
    details,
    features: [],
    first_seen: memory?.numbers[FIRST_SEEN] ?? 0,
    last_seen: memory?.numbers[LAST_SEEN] ?? 0,
    template_count: memory?.template.size ?? 0,
    repeats: memory?.repeats ?? 0,
  };
  if (memory !== undefined) memory.repeats = 0;
  return {
    timestamp: clock.outer(nowMs),
    reasons,
    template: memory?.template,
    score: 0,
    level: Math.max(levelOf(reasons, memory), ...spikingLevels(signals)) as LevelIndex,
    message: first === undefined ? '' : sentenceOf(first, memory),
    explanation,
  };
}

/** Of numbers about the template that has the fingerprint, or about the whole service. */
export function scopeOf(fingerprint: string | undefined): Pick<ReasonDetail, 'scope' | 'fingerprint'> {
  return fingerprint === undefined ? { scope: 'service' } : { scope: 'template', fingerprint };
}

function levelOf(reasons: readonly string[], memory: TemplateMemory | undefined): LevelIndex {
  if (reasons.includes('error_burst')) return ERROR;
  if (reasons.includes('new_template') && memory !== undefined) return memory.bornLevel;
  return reasons.includes('severity_shift') ? WARN : INFO;
}

/** What there are too many of may be errors. */
function spikingLevels(signals: readonly Signal[]): LevelIndex[] {
  return signals.flatMap(({ detail, memory }) =>
    detail.reason === 'rate_spike' && memory !== undefined ? [memory.commonLevel()] : [],
  );
}

function sentenceOf({ reason, observed, expected, unit }: ReasonDetail, memory: TemplateMemory | undefined): string {
  const counts = `${round(observed)} ${unitWords(unit, observed)}, ${round(expected)} are usual`;
  return `${reason.replace('_', ' ')}: ${counts}${memory === undefined ? '' : `: ${memory.template.text}`}`;
}

function round(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Math.round(value * 100) / 100);
}
