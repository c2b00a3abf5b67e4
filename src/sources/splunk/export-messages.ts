import type { SourceErrorCode } from '../source-error.ts';

/** What a message of a search means for the window: nothing, or that it has not been searched as it should have been. */
export interface Failure {
  code: SourceErrorCode;
  said: string;
  /** Whether the same search may work later. */
  retry: boolean;
}

const NOT_NOW = /concurrent|concurrency|quota/i;
const NOT_UNDERSTOOD = /^error in '|unable to parse|unknown search command|comparator|mismatched|unbalanced|argument/i;
const INCOMPLETE =
  /not executed|(may|might) be incomplete|incomplete results|partial results|results (were|was) truncated/i;
/** Faults of knowledge objects, which cost fields and no events. */
const FIELDS_ONLY = /\blookup\b|field extract|calculated field|eventtype|\btags?\b/i;

/** The first of `messages` (as Splunk puts them into answers of any status) that says that something is missing. */
export function failureIn(messages: unknown): Failure | undefined {
  if (!Array.isArray(messages)) return undefined;
  for (const message of messages as unknown[]) {
    if (typeof message !== 'object' || message === null) continue;
    const { type, text } = message as { type?: unknown; text?: unknown };
    const said = typeof text === 'string' ? text : '';
    const isFatal = type === 'FATAL' || INCOMPLETE.test(said) || (type === 'ERROR' && !FIELDS_ONLY.test(said));
    if (isFatal) return judged(said);
  }
  return undefined;
}

function judged(said: string): Failure {
  if (NOT_NOW.test(said)) return { code: 'rate_limited', said, retry: true };
  return { code: NOT_UNDERSTOOD.test(said) ? 'configuration' : 'vendor_error', said, retry: false };
}
