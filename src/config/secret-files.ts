import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const FILE_CHARS_MAX = 64 * 1024;

export const FILE_SUFFIX = '_FILE';

/** What stands in files of secrets: a digest of each by its path, which is another when the content is. */
export type SecretFiles = ReadonlyMap<string, string>;

/**
 * Puts secrets that stand in files, as orchestrators mount them, beside the other variables: `NAME_FILE` says where `NAME`
 * is. Answers what is wrong, in sentences without the content of a file, and what was read.
 */
export function readSecretFiles(
  variables: Map<string, string>,
  names: Iterable<string>,
): { problems: string[]; files: SecretFiles } {
  const problems: string[] = [];
  const files = new Map<string, string>();
  for (const name of names) {
    const file = variables.get(name + FILE_SUFFIX);
    if (file === undefined) continue;
    if (variables.has(name)) {
      problems.push(`${name} and ${name + FILE_SUFFIX} are both set; allowed: one of them`);
      continue;
    }
    const read = readSecret(file);
    files.set(file, digestOf(read));
    if ('text' in read) variables.set(name, read.text);
    else problems.push(`${name + FILE_SUFFIX} names ${file}, ${read.problem}; allowed: a file with ${name} in it`);
  }
  return { problems, files };
}

/** The same files as they are now. */
export function lookAtSecretFiles(files: SecretFiles): SecretFiles {
  return new Map(Array.from(files.keys(), (file) => [file, digestOf(readSecret(file))]));
}

export function areSameFiles(some: SecretFiles, others: SecretFiles): boolean {
  return some.size === others.size && [...some].every(([file, digest]) => others.get(file) === digest);
}

type Reading = { text: string } | { problem: string };

function digestOf(read: Reading): string {
  return 'text' in read ? hash('sha256', read.text) : read.problem;
}

/** What a file has but for white space around it; lines become a list, as settings write lists. */
function readSecret(file: string): Reading {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { problem: `which cannot be read (${code})` };
  }
  if (content.length > FILE_CHARS_MAX) return { problem: `which has more than ${FILE_CHARS_MAX} characters` };
  const text = content.trim();
  return text === '' ? { problem: 'which is empty' } : { text };
}
