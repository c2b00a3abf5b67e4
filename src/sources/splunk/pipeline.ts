/** What is wrong with a search that cannot be cut into its commands. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
}

/** One command of a search, with those of the searches in brackets inside it. */
export interface Command {
  /** In lower case; empty where the text does not begin with a word. */
  name: string;
  nested: Command[];
}

/**
 * Cuts SPL at its pipes, as far as is needed to know which commands run: quoted texts, comments in three backticks and
 * macros in one are passed over, and searches in brackets are cut too. The first command of a text without a leading
 * pipe is `search`, unless `search` is written.
 */
export function commandsOf(text: string): Command[] {
  const reader = new PipelineReader(text);
  const commands = reader.read(false);
  const [first] = commands;
  if (first !== undefined && !text.trimStart().startsWith('|')) first.name = 'search';
  return commands;
}

class PipelineReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads to the end of the text, or to the bracket that closes a nested search. */
  read(isNested: boolean): Command[] {
    const commands: Command[] = [];
    let words = '';
    let nested: Command[] = [];
    const finish = () => {
      const name = /^\s*([a-z_0-9]+)/i.exec(words)?.[1]?.toLowerCase() ?? '';
      if (words.trim() !== '' || nested.length > 0) commands.push({ name, nested });
      words = '';
      nested = [];
    };
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at] as string;
      if (char === '"') {
        this.#passQuoted();
        words += '"';
      } else if (char === '`') {
        words += this.#passBackticks();
      } else if (char === '[') {
        this.#at++;
        nested.push(...this.read(true));
      } else if (char === ']') {
        if (!isNested) throw new PipelineError('a ] closes no bracket');
        this.#at++;
        finish();
        return commands;
      } else {
        if (char === '|') finish();
        else words += char;
        this.#at++;
      }
    }
    if (isNested) throw new PipelineError('a [ is not closed');
    finish();
    return commands;
  }

  #passQuoted(): void {
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      if (this.#text[at] === '\\') at++;
      else if (this.#text[at] === '"') {
        this.#at = at + 1;
        return;
      }
    }
    throw new PipelineError('a " is not closed');
  }

  /** @returns what counts as part of the command: nothing of a comment, a mark for a macro. */
  #passBackticks(): string {
    const mark = this.#text.startsWith('```', this.#at) ? '```' : '`';
    const end = this.#text.indexOf(mark, this.#at + mark.length);
    if (end === -1) throw new PipelineError(`a ${mark} is not closed`);
    this.#at = end + mark.length;
    return mark === '`' ? '`' : '';
  }
}
