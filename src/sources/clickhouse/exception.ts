import type { SourceErrorCode } from '../source-error.ts';

/** What ClickHouse says went wrong, in an error's body or in the midst of an answer. */
export interface Exception {
  code: number;
  /** The sentence, without code and version. */
  words: string;
}

/** ClickHouse's own numbers that need another answer than the HTTP status says. */
const CODES: ReadonlyMap<number, SourceErrorCode> = new Map<number, SourceErrorCode>([
  // UNKNOWN_USER, WRONG_PASSWORD, REQUIRED_PASSWORD, ACCESS_DENIED, SET_NON_GRANTED_ROLE, AUTHENTICATION_FAILED
  ...[192, 193, 194, 497, 512, 516].map((code): [number, SourceErrorCode] => [code, 'credentials_refused']),
  // ILLEGAL_TYPE_OF_ARGUMENT, UNKNOWN_FUNCTION, UNKNOWN_IDENTIFIER, TYPE_MISMATCH, UNKNOWN_TABLE, SYNTAX_ERROR,
  // CANNOT_PARSE_DATETIME, UNKNOWN_DATABASE, READONLY, UNKNOWN_SETTING, NO_COMMON_TYPE
  ...[43, 46, 47, 53, 60, 62, 41, 81, 164, 115, 386].map((code): [number, SourceErrorCode] => [code, 'configuration']),
  // TOO_MANY_SIMULTANEOUS_QUERIES, QUOTA_EXCEEDED
  [202, 'rate_limited'],
  [201, 'rate_limited'],
  // TIMEOUT_EXCEEDED
  [159, 'timed_out'],
  // TOO_MANY_ROWS, TOO_MANY_BYTES, TOO_MANY_ROWS_OR_BYTES, MEMORY_LIMIT_EXCEEDED: asking again is no help
  ...[158, 307, 396, 241].map((code): [number, SourceErrorCode] => [code, 'vendor_error']),
]);

/** Worth asking again in a moment. */
const PASSING = new Set([202]);

export const TOO_MANY_ROWS = 158;

export function readException(text: string): Exception | undefined {
  const found = /Code: (\d+)[.,](?: e\.displayText\(\) =)? (?:DB::)?Exception: ([^]*?)\s*(?:\(version |$)/.exec(text);
  if (found === null) return undefined;
  return { code: Number(found[1]), words: found[2] ?? '' };
}

/** The error code of an exception, and whether to ask again; undefined where the HTTP status says enough. */
export function judgeException(body: string): { code: SourceErrorCode; again: boolean } | undefined {
  const exception = readException(body);
  const code = exception === undefined ? undefined : CODES.get(exception.code);
  return exception === undefined || code === undefined ? undefined : { code, again: PASSING.has(exception.code) };
}
