import type { Judgement } from '../http/source-client.ts';
import type { Column } from './table-row.ts';

type Fields = Record<string, unknown>;

/** What a query's answer comes down to. */
export type QueryAnswer =
  | { kind: 'table'; columns: Column[]; rows: unknown[][] }
  /** More rows or bytes than the API gives at once. */
  | { kind: 'too_large' }
  | { kind: 'failed'; said: string }
  | { kind: 'malformed'; why: string };

/** What Kusto says when a result is cut: its code in an error's chain, or its sentence. */
const CUT =
  /E_QUERY_RESULT_SET_TOO_LARGE|-2133196797|0x80DA0003|exceed(?:s|ed) the (?:set |allowed )?(?:limit|record|size)/i;

/** Status 200 may carry an error beside its tables, whose rows are then not all. */
export function readQueryAnswer(answer: unknown): QueryAnswer {
  const { error, tables } = fieldsOf(answer);
  if (error !== undefined && error !== null) {
    const said = innermost(error);
    return CUT.test(JSON.stringify(error)) ? { kind: 'too_large' } : { kind: 'failed', said };
  }
  if (!Array.isArray(tables)) return { kind: 'malformed', why: 'its answer has no tables' };
  if (tables.length !== 1) {
    return { kind: 'malformed', why: `its answer has ${tables.length} tables: the query must be one statement` };
  }
  const { columns, rows } = fieldsOf(tables[0]);
  if (!Array.isArray(columns) || !Array.isArray(rows)) {
    return { kind: 'malformed', why: 'its table has no columns or no rows' };
  }
  const named = (columns as unknown[]).map(fieldsOf);
  if (!named.every(({ name }) => typeof name === 'string') || !(rows as unknown[]).every(Array.isArray)) {
    return { kind: 'malformed', why: 'its table has a column without a name or a row that is no list' };
  }
  return {
    kind: 'table',
    columns: named.map(({ name, type }) => ({ name: String(name), type: String(type) })),
    rows: rows as unknown[][],
  };
}

/** The outer sentences say little ("The request had some invalid properties"), the inner ones where in the query. */
export function judgeQuery({ body }: { body: string }): Judgement | undefined {
  try {
    const { error } = fieldsOf(JSON.parse(body));
    return error === undefined ? undefined : { said: innermost(error) };
  } catch {
    return undefined;
  }
}

/** Code and message of an error, and the message of what lies deepest in it. */
function innermost(error: unknown): string {
  const outer = fieldsOf(error);
  let message = textOf(outer);
  let inner: unknown = outer;
  for (let depth = 0; depth < 8; depth++) {
    const { innererror, details } = fieldsOf(inner);
    inner = innererror ?? (Array.isArray(details) ? details[0] : undefined);
    if (inner === undefined || inner === null) break;
    message = textOf(fieldsOf(inner)) ?? message;
  }
  const first = textOf(outer);
  const code = typeof outer['code'] === 'string' ? `${outer['code']}: ` : '';
  if (message === undefined) return `${code}no message`;
  return first === undefined || first === message ? code + message : `${code}${message} (${first})`;
}

function textOf({ message }: Fields): string | undefined {
  return typeof message === 'string' && message !== '' ? message : undefined;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
