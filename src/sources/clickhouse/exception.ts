import type { Judgement } from '../http/source-client.ts';
import type { SourceErrorCode } from '../source-error.ts';

/** What ClickHouse says went wrong, in an error's body or in the midst of an answer. */
export interface Exception {
  code: number;
  /** The sentence and the code's name, without the version. */
  words: string;
  means: SourceErrorCode;
  /** Whether the same query may work in a moment. */
  passes: boolean;
}

/** Codes that mean something else than that the server has failed, by its own names. */
const MEANINGS: readonly (readonly [SourceErrorCode, readonly number[]])[] = [
  // UNKNOWN_USER, WRONG_PASSWORD, REQUIRED_PASSWORD, ACCESS_DENIED, SET_NON_GRANTED_ROLE, AUTHENTICATION_FAILED
  ['credentials_refused', [192, 193, 194, 497, 512, 516]],
  // NO_SUCH_COLUMN_IN_TABLE, BAD_ARGUMENTS, CANNOT_PARSE_DATETIME, ILLEGAL_TYPE_OF_ARGUMENT, UNKNOWN_FUNCTION,
  // UNKNOWN_IDENTIFIER, TYPE_MISMATCH, UNKNOWN_TABLE, SYNTAX_ERROR, UNKNOWN_DATABASE, UNKNOWN_SETTING, READONLY,
  // NO_COMMON_TYPE
  ['configuration', [16, 36, 41, 43, 46, 47, 53, 60, 62, 81, 115, 164, 386]],
  // QUOTA_EXCEEDED, TOO_MANY_SIMULTANEOUS_QUERIES
  ['rate_limited', [201, 202]],
  // TIMEOUT_EXCEEDED, TOO_SLOW
  ['timed_out', [159, 160]],
  // TOO_MANY_ROWS, MEMORY_LIMIT_EXCEEDED, TOO_MANY_BYTES, QUERY_WAS_CANCELLED, TOO_MANY_ROWS_OR_BYTES
  ['vendor_error', [158, 241, 307, 394, 396]],
];

/** Whether an error's sentence names a limit of the user's, on memory, rows or bytes. */
export function isLimit(sentence: string): boolean {
  return /exception (?:158|241|307|396): /.test(sentence);
}

/** TOO_MANY_SIMULTANEOUS_QUERIES, NETWORK_ERROR (between the server's own nodes) */
const PASSING: ReadonlySet<number> = new Set([202, 210]);

/** Undefined for what is no exception of ClickHouse, and in `unknown` words for one that is not listed. */
export function readException(text: string): Exception | undefined {
  const found = /Code: (\d+)[.,](?: e\.displayText\(\) =)? (?:DB::)?Exception: ([^]*)/.exec(text);
  if (found === null) return undefined;
  const code = Number(found[1]);
  const words = (found[2] as string).split(/\s*\(version /)[0] as string;
  const means = MEANINGS.find(([, codes]) => codes.includes(code))?.[0] ?? 'vendor_error';
  return { code, words: `exception ${code}: ${words}`, means, passes: PASSING.has(code) };
}

/** A refusal that is an exception says itself what it means: many come as status 500. */
export function judgeRefusal({ body }: { body: string }): Judgement | undefined {
  const exception = readException(body);
  if (exception === undefined) return undefined;
  return { code: exception.means, retry: exception.passes, said: exception.words };
}
