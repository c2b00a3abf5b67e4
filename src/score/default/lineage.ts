import { archiveList } from '../../domain/archive/archive.ts';
import type { Archive } from '../../domain/archive/archive.ts';
import { fingerprint } from '../../domain/fingerprint.ts';
import { ALIASES_MAX } from '../../mine/template-miner.ts';
import type { MinedTemplate } from '../../mine/template-miner.ts';
import type { LineageEvent } from '../detector.ts';

const KINDS = ['created', 'generalised', 'merged'] as const satisfies readonly LineageEvent['kind'][];

/** What becomes of the templates of one service, told when somebody asks: bounded per template. */
export class Lineage {
  readonly #service: string;
  /** Weak, so that it lets go of what the miner drops. */
  readonly #events = new WeakMap<MinedTemplate, LineageEvent[]>();
  readonly #fingerprints = new WeakMap<MinedTemplate, { version: number; identity: string; text: string }>();

  constructor(service: string) {
    this.#service = service;
  }

  fingerprintOf(template: MinedTemplate): string {
    const known = this.#fingerprints.get(template);
    if (known?.version === template.version) return known.text;
    const { version, identity } = template;
    const text = known?.identity === identity ? known.text : fingerprint(this.#service, identity);
    this.#fingerprints.set(template, { version, identity, text });
    return text;
  }

  /** The template among `templates` that has, or had, this fingerprint. */
  find(wanted: string, templates: readonly MinedTemplate[]): MinedTemplate | undefined {
    return (
      templates.find((template) => this.fingerprintOf(template) === wanted) ??
      templates.find(({ aliases }) => aliases.some((identity) => fingerprint(this.#service, identity) === wanted))
    );
  }

  created(template: MinedTemplate, timestamp: number): void {
    this.#add(template, {
      timestamp,
      kind: 'created',
      fingerprint: this.fingerprintOf(template),
      template: template.text,
    });
  }

  /** The template's text, or what it stands for, has changed; `before` is its fingerprint until now. */
  generalised(template: MinedTemplate, before: string, timestamp: number): void {
    this.#add(template, { timestamp, kind: 'generalised', fingerprint: before, template: template.text });
  }

  merged(template: MinedTemplate, absorbed: MinedTemplate, timestamp: number): void {
    const { text } = absorbed;
    this.#add(template, { timestamp, kind: 'merged', fingerprint: this.fingerprintOf(absorbed), template: text });
  }

  eventsOf(template: MinedTemplate): readonly LineageEvent[] {
    return this.#events.get(template) ?? [];
  }

  /** The fingerprint of a template before its latest change. */
  before(template: MinedTemplate): string {
    return (
      this.#fingerprints.get(template)?.text ?? fingerprint(this.#service, template.aliases.at(-1) ?? template.identity)
    );
  }

  copy(from: Lineage, template: MinedTemplate, twin: MinedTemplate): void {
    const events = from.#events.get(template);
    if (events !== undefined) this.#events.set(twin, [...events]);
  }

  archive(state: Archive, template: MinedTemplate): void {
    const events = archiveList(state, this.eventsOf(template), (event) => ({
      timestamp: state.number(event?.timestamp ?? 0),
      kind: KINDS[state.count(event === undefined ? 0 : KINDS.indexOf(event.kind))] ?? 'created',
      fingerprint: state.text(event?.fingerprint ?? ''),
      template: this.#text(state, template, event?.template),
    }));
    if (!state.restoring) return;
    if (events.length > 0) this.#events.set(template, events);
    // What it is called now is what it was called before its next change.
    this.fingerprintOf(template);
  }

  /** Most often what the template says now. */
  #text(state: Archive, { text }: MinedTemplate, said: string | undefined): string {
    return state.flag(said === text) ? text : state.text(said ?? '');
  }

  #add(template: MinedTemplate, event: LineageEvent): void {
    const events = this.#events.get(template);
    if (events === undefined) this.#events.set(template, [event]);
    // The first one stays: when and as what it was created.
    else if (events.push(event) > ALIASES_MAX) events.splice(1, 1);
  }
}
