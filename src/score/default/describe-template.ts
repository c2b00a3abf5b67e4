import type { TemplateFacts } from '../detector.ts';
import type { Lineage } from './lineage.ts';
import type { ServiceState } from './service-state.ts';
import { FIRST_SEEN, LAST_SEEN } from './template-memory.ts';
import type { TemplateMemory } from './template-memory.ts';

export function describeTemplate(memory: TemplateMemory, state: ServiceState, lineage: Lineage): TemplateFacts {
  return {
    firstSeen: memory.numbers[FIRST_SEEN]!,
    lastSeen: memory.numbers[LAST_SEEN]!,
    ratePerMinute: state.templates.rateOf(memory, state.nowMs) * 60,
    levelCounts: [...memory.levelCounts],
    parameters: memory.parameters?.facts() ?? [],
    lineage: lineage.eventsOf(memory.template),
  };
}
