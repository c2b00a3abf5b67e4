import type { Archive } from '../../domain/archive/archive.ts';
import { GoneTemplate } from '../../mine/gone-template.ts';
import { TemplateMemory } from './template-memory.ts';

/**
 * Which memory is meant where one is referred to: those of a miner's templates by their number, and one whose template
 * has meanwhile been dropped or absorbed is put in where it is met first.
 */
export class MemoryArchive {
  readonly #state: Archive;
  readonly #memories: TemplateMemory[] = [];
  readonly #numbers = new Map<TemplateMemory, number>();

  constructor(state: Archive) {
    this.#state = state;
  }

  add(memory: TemplateMemory): void {
    this.#numbers.set(memory, this.#memories.push(memory));
  }

  one(memory: TemplateMemory | undefined): TemplateMemory | undefined {
    const next = this.#memories.length + 1;
    const number = this.#state.count(memory === undefined ? 0 : (this.#numbers.get(memory) ?? next));
    if (number === next) this.add(this.#gone(memory));
    return this.#memories[number - 1];
  }

  /** In place. */
  list(memories: TemplateMemory[]): void {
    const length = this.#state.count(memories.length);
    for (let i = 0; i < length; i++) memories[i] = this.one(memories[i])!;
  }

  #gone(memory: TemplateMemory | undefined): TemplateMemory {
    const template = GoneTemplate.archive(this.#state, memory?.template);
    const gone = memory ?? new TemplateMemory(template, 0, 0, 0);
    template.memory = gone;
    gone.archive(this.#state);
    return gone;
  }
}
