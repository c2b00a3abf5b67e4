import { readFileSync } from 'node:fs';

const FILE_CHARS_MAX = 64 * 1024;

export const FILE_SUFFIX = '_FILE';

/**
 * Puts secrets that stand in files, as orchestrators mount them, beside the other variables: `NAME_FILE` says where `NAME`
 * is. Answers what is wrong; no sentence has the content of a file.
 */
export function readSecretFiles(variables: Map<string, string>, names: Iterable<string>): string[] {
  const problems: string[] = [];
  for (const name of names) {
    const file = variables.get(name + FILE_SUFFIX);
    if (file === undefined) continue;
    if (variables.has(name)) {
      problems.push(`${name} and ${name + FILE_SUFFIX} are both set; allowed: one of them`);
      continue;
    }
    const read = readSecret(file);
    if ('text' in read) variables.set(name, read.text);
    else problems.push(`${name + FILE_SUFFIX} names ${file}, ${read.problem}; allowed: a file with ${name} in it`);
  }
  return problems;
}

/** What a file has but for white space around it; lines become a list, as settings write lists. */
function readSecret(file: string): { text: string } | { problem: string } {
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
