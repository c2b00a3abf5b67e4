import { bitsOf, reasonsOf } from '../../domain/anomaly.ts';
import type { Explanation } from '../../domain/anomaly.ts';
import type { Archive } from '../../domain/archive/archive.ts';
import type { LevelIndex } from '../../domain/level.ts';
import type { Finding } from '../detector.ts';
import type { MemoryArchive } from './memory-archive.ts';
import type { TemplateMemory } from './template-memory.ts';

/** A finding that was not asked for yet. */
export function archiveFinding(state: Archive, finding: Finding | undefined, memories: MemoryArchive): Finding {
  const timestamp = state.number(finding?.timestamp ?? 0);
  const reasons = reasonsOf(state.count(bitsOf(finding?.reasons ?? [])));
  const memory = memories.one(finding?.template?.memory as TemplateMemory | undefined);
  const score = state.number(finding?.score ?? 0);
  const level = state.count(finding?.level ?? 0) as LevelIndex;
  const message = state.text(finding?.message ?? '');
  const explanation = state.text(JSON.stringify(finding?.explanation ?? {}));
  return {
    timestamp,
    reasons,
    template: memory?.template,
    score,
    level,
    message,
    explanation: JSON.parse(explanation) as Explanation,
  };
}
