/** A fenced block of the page. `line` is that of its first line of content, 1-based. */
export interface Fence {
  language: string;
  text: string;
  line: number;
}

/** The commands of one `sh` block, which a reader types one after the other, and what the page shows for the last. */
export interface CommandBlock {
  commands: string[];
  line: number;
  answer: Fence | undefined;
}

export function commandBlocks(markdown: string): CommandBlock[] {
  const fences = fencesOf(markdown);
  return fences.flatMap(({ language, text, line }, index) => {
    if (language !== 'sh') return [];
    const next = fences[index + 1];
    const answer = next !== undefined && ANSWERS.has(next.language) ? next : undefined;
    return [{ commands: splitCommands(text), line, answer }];
  });
}

export function fencesOf(markdown: string): Fence[] {
  return Array.from(markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm), ({ 1: language = '', 2: text = '', index }) => ({
    language,
    text,
    line: markdown.slice(0, index).split('\n').length + 1,
  }));
}

const ANSWERS: ReadonlySet<string> = new Set(['json', 'jsonc', 'text']);

/** Comments are left out; a line goes on where it ends in a backslash or inside single quotes. */
function splitCommands(text: string): string[] {
  const commands: string[] = [];
  let open = '';
  for (const line of text.split('\n')) {
    if (open === '' && (line.trim() === '' || line.startsWith('#'))) continue;
    open += open === '' ? line : `\n${line}`;
    const isQuoted = (open.split("'").length - 1) % 2 === 1;
    if (isQuoted || line.endsWith('\\')) continue;
    commands.push(open);
    open = '';
  }
  if (open !== '') throw new Error(`a command of the page has no end: ${open}`);
  return commands;
}
