/** The store's own limit. */
const FILTER_CHARS_MAX = 20_000;

/** What is wrong with a user's filter as a part of a longer one; undefined when nothing is. */
export function filterFault(filter: string): string | undefined {
  if (filter.length > FILTER_CHARS_MAX - 200) return `is longer than ${FILTER_CHARS_MAX - 200} characters`;
  let depth = 0;
  // Brackets count outside quotes and comments.
  for (const [part] of filter.matchAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|--[^\n]*|["'()]/g)) {
    if (part === '(') depth++;
    else if (part === ')' && --depth < 0) return 'closes a bracket that it has not opened';
    else if (part === '"' || part === "'") return 'has a quote that is not closed';
  }
  return depth === 0 ? undefined : 'has a bracket that is not closed';
}

/** Entries of startMs <= timestamp < endMs that match the user's filter, too. */
export function windowFilter(filter: string | undefined, startMs: number, endMs: number): string {
  const window = `timestamp >= "${iso(startMs)}" AND timestamp < "${iso(endMs)}"`;
  const own = (filter ?? '').trim();
  const isEmpty = own.replaceAll(/--[^\n]*/g, '').trim() === '';
  // On lines of its own: it may end with a comment.
  return isEmpty ? window : `${window} AND (\n${own}\n)`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
