import type { SourceClient } from '../http/source-client.ts';
import { rangeOf } from './time-field.ts';
import type { TimeField } from './time-field.ts';
import { isFields } from './value-at.ts';

/** The query of a window: its stretch of time and, where the user has one, the user's own. */
export function rowQuery(
  time: TimeField,
  window: { startMs: number; endMs: number },
  own: string | undefined,
  client: SourceClient,
): Record<string, unknown> {
  const filter = [rangeOf(time, window.startMs, window.endMs)];
  const text = own?.trim() ?? '';
  if (text.startsWith('{')) filter.push(parsedQuery(text, client));
  else if (text !== '') filter.push({ query_string: { query: text, analyze_wildcard: true } });
  return { bool: { filter } };
}

/** A query of the JSON language, as it stands or inside `query` as in the body of a search. */
function parsedQuery(text: string, client: SourceClient): Record<string, unknown> {
  let query: unknown;
  try {
    query = JSON.parse(text);
  } catch (cause) {
    const why = client.shown(cause instanceof Error ? cause.message : String(cause));
    throw client.error('configuration', 'query', `the query begins with { but is not JSON: ${why}`);
  }
  if (isFields(query) && Object.keys(query).length === 1 && isFields(query['query'])) query = query['query'];
  if (isFields(query) && Object.keys(query).length === 1) return query;
  throw client.error(
    'configuration',
    'query',
    'the query has to be one object of one kind, like {"match":{"host":"a"}}',
  );
}
