import { readFileSync } from 'node:fs';

export interface Instruction {
  name: string;
  /** What follows the name, on one line. */
  text: string;
}

export interface Stage {
  base: string;
  /** Undefined for the last stage, the image. */
  name: string | undefined;
  instructions: Instruction[];
}

/** Reads a Dockerfile of the plain kind: no heredocs, no parser directives. */
export function readDockerfile(path: string): Stage[] {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, name = '', text = ''] = /^(\w+)\s+(.*)$/.exec(line.trim()) ?? [];
    if (name === 'FROM') {
      const [, base = '', alias] = /^(\S+)(?:\s+AS\s+(\S+))?$/.exec(text) ?? [];
      stages.push({ base, name: alias, instructions: [] });
    } else stages.at(-1)?.instructions.push({ name, text: text.replaceAll(/\s+/g, ' ') });
  }
  return stages;
}

/** Arguments of an instruction of a stage, each time that it stands there. */
export function argumentsOf(stage: Stage, name: string): string[] {
  return stage.instructions.filter((one) => one.name === name).map(({ text }) => text);
}

/** The array in JSON that ENTRYPOINT, CMD and HEALTHCHECK end with. */
export function execForm(text: string | undefined): string[] {
  return JSON.parse(text?.slice(text.indexOf('[')) ?? '[]') as string[];
}

/** `KEY=value KEY="a value"` of ENV and LABEL. */
export function pairsOf(text: string): Record<string, string> {
  const pairs = text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g);
  return Object.fromEntries(Array.from(pairs, ([, key = '', quoted, bare]) => [key, quoted ?? bare ?? '']));
}
