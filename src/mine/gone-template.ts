import { archiveList } from '../domain/archive/archive.ts';
import type { Archive } from '../domain/archive/archive.ts';
import type { MinedTemplate } from './template-miner.ts';

/** A template that no miner has any more, as others still speak of it. */
export class GoneTemplate implements MinedTemplate {
  readonly id: number;
  readonly size: number;
  readonly version: number;
  readonly text: string;
  readonly identity: string;
  readonly aliases: readonly string[];
  memory: unknown = undefined;

  private constructor(template: Omit<MinedTemplate, 'memory' | 'tokenCount'>) {
    this.id = template.id;
    this.size = template.size;
    this.version = template.version;
    this.text = template.text;
    this.identity = template.identity;
    this.aliases = template.aliases;
  }

  get tokenCount(): number {
    return this.text.split(/\s+/).length;
  }

  static archive(state: Archive, template: MinedTemplate | undefined): GoneTemplate {
    return new GoneTemplate({
      id: state.count(template?.id ?? 0),
      size: state.count(template?.size ?? 0),
      version: state.count(template?.version ?? 0),
      text: state.text(template?.text ?? ''),
      identity: state.text(template?.identity ?? ''),
      aliases: archiveList(state, template?.aliases ?? [], (alias) => state.text(alias ?? '')),
    });
  }
}
