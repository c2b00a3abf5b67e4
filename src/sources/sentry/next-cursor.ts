/** Cursor of the page after an answer: where it stands, that there is none, or that the header says neither. */
export type NextCursor = { cursor: string } | 'none' | 'malformed';

/**
 * What the `Link` header says of the next page. Its address is not followed: the token would go wherever it points;
 * the cursor is sent to the address that was configured.
 */
export function nextCursor(link: string | string[] | undefined): NextCursor {
  const text = Array.isArray(link) ? link.join(',') : link;
  if (text === undefined || text.trim() === '') return 'none';
  for (const part of text.split(/,\s*(?=<)/)) {
    const parameters = parametersOf(part);
    if (parameters.get('rel') !== 'next') continue;
    // Sentry gives a cursor in any case, and says beside it whether anything is there.
    if (parameters.get('results') === 'false') return 'none';
    const cursor = parameters.get('cursor');
    return parameters.get('results') !== 'true' || cursor === undefined || cursor === '' ? 'malformed' : { cursor };
  }
  return 'none';
}

function parametersOf(part: string): ReadonlyMap<string, string> {
  const after = part.slice(part.indexOf('>') + 1);
  const found = after.matchAll(/;\s*([a-z]+)\s*=\s*"([^"]*)"/gi);
  return new Map([...found].map(([, name, value]) => [(name as string).toLowerCase(), value as string]));
}
