import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ConfigError } from './config-error.ts';

/** Text of a `.env` file; undefined when there is none. A file that is there and cannot be read stops the start. */
export function readDotEnv(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new ConfigError([`${file} cannot be read (${code}): make it a readable file or remove it`], error);
  }
}

/** Numbers of the lines that set nothing and are no comment, which `parseEnv` passes over without a word. */
export function strayLines(text: string): number[] {
  // What is left when assignments, whose quoted values may have several lines, and comments are taken out.
  const left = text.replace(/^\uFEFF/, '').replaceAll(ASSIGNMENT_OR_COMMENT, (match) => match.replaceAll(/[^\n]/g, ''));
  return left.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [i + 1]));
}

const ASSIGNMENT_OR_COMMENT = /^[ \t]*#.*$|^[^=\n]*=[ \t]*("[^"]*"|'[^']*'|`[^`]*`)?.*$/gm;

/** Variables of a `.env` text, by name. */
export function parseDotEnv(text: string): Map<string, string> {
  // Editors on Windows begin a file with a byte order mark, which would become part of the first name.
  const values = parseEnv(text.replace(/^\uFEFF/, ''));
  return new Map(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
