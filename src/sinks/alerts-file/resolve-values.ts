import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { YamlPath } from './located-yaml.ts';

/** Where values that are not written out come from. */
export interface ValueSources {
  /** The alerts file; files that it names are meant from its folder. */
  file: string;
  /** A variable of the environment. */
  variable(name: string): string | undefined;
}

const REFERENCE = /\$\{([^}]*)\}/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const FILE_BYTES_MAX = 64 * 1024;
/** Headers that hold credentials, written out though they should not be: what is long enough in them is hidden. */
const CREDENTIAL = /auth|token|key|secret|cookie|password/i;
const TOKEN_CHARS_MIN = 8;

/**
 * Reads values that may be secret: `${NAME}` stands for a variable of the environment, `key_file` for what a file holds.
 * Everything that came from either counts as secret, and so do addresses' paths. Problems carry the place, no value.
 */
export class ValueResolver {
  readonly #sources: ValueSources;
  readonly secrets = new Set<string>();
  readonly problems: { path: YamlPath; sentence: string }[] = [];

  constructor(sources: ValueSources) {
    this.#sources = sources;
  }

  /** `entry[key]`, or what the file `entry[key_file]` holds; undefined when neither is set, or with a problem. */
  value(entry: Readonly<Record<string, unknown>>, key: string, under: YamlPath): string | undefined {
    const written = entry[key];
    const file = entry[`${key}_file`];
    if (written !== undefined && file !== undefined) {
      return this.problem([...under, `${key}_file`], `must not be set beside ${key}: one of the two`);
    }
    if (typeof file === 'string') return this.#fromFile(file, [...under, `${key}_file`]);
    return typeof written === 'string' ? this.expand(written, [...under, key]) : undefined;
  }

  headers(entry: { headers?: Readonly<Record<string, string>> | undefined }, under: YamlPath): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const [name, text] of Object.entries(entry.headers ?? {})) {
      const path = [...under, 'headers', name];
      const value = this.expand(text, path);
      if (value === undefined) continue;
      if (!/^[\t\x20-\x7e]*$/.test(value)) this.problem(path, 'must be printable ASCII, without line ends');
      if (CREDENTIAL.test(name))
        for (const word of value.split(' ')) if (word.length >= TOKEN_CHARS_MIN) this.#hide(word);
      headers[name.toLowerCase()] = value;
    }
    return headers;
  }

  /** The text with its references replaced; undefined with a problem. */
  expand(text: string, path: YamlPath): string | undefined {
    let problem: string | undefined;
    const expanded = text.replaceAll(REFERENCE, (_, name: string) => {
      const value = NAME.test(name) ? this.#sources.variable(name) : undefined;
      if (value !== undefined && value !== '') return this.#hide(value);
      problem ??= NAME.test(name)
        ? `must name variables that are set; ${name} is not`
        : 'must have the name of a variable between ${ and }';
      return '';
    });
    return problem === undefined ? expanded : this.problem(path, problem);
  }

  problem(path: YamlPath, sentence: string): undefined {
    this.problems.push({ path, sentence });
  }

  #fromFile(file: string, path: YamlPath): string | undefined {
    try {
      const bytes = readFileSync(resolve(dirname(this.#sources.file), file));
      if (bytes.length > FILE_BYTES_MAX)
        return this.problem(path, `must name a file of at most ${FILE_BYTES_MAX} bytes`);
      const value = bytes.toString('utf8').trim();
      return value === '' ? this.problem(path, 'must name a file that is not empty') : this.#hide(value);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      return this.problem(path, `must name a file that can be read (${code})`);
    }
  }

  #hide(value: string): string {
    this.secrets.add(value);
    return value;
  }
}
