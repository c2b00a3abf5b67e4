import type { SourceErrorCode } from '../source-error.ts';

export interface GraphqlFailure {
  code: SourceErrorCode;
  /** New Relic's own words. */
  said: string;
  /** Whether the same may work later. */
  isPassing: boolean;
}

/** What an answer of NerdGraph says went wrong: it does so with status 200. Undefined when nothing did. */
export function graphqlFailure(answer: unknown): GraphqlFailure | undefined {
  const errors = memberOf(answer, 'errors');
  if (!Array.isArray(errors) || errors.length === 0) return undefined;
  const [error] = errors as unknown[];
  const message = memberOf(error, 'message');
  const said = typeof message === 'string' ? message : 'no words';
  const extensions = memberOf(error, 'extensions');
  const kinds = ['errorClass', 'error_code', 'code'].map((name) => memberOf(extensions, name));
  const kind = kinds.filter((one) => typeof one === 'string').join(' ');
  // Words may quote the user's query, in which anything may stand: they count where the class says nothing.
  const code = codeOfClass(kind) ?? codeOfWords(said);
  return { code, said, isPassing: code === 'rate_limited' || code === 'vendor_error' };
}

function codeOfClass(kind: string): SourceErrorCode | undefined {
  if (/api.?key|unauthori[sz]ed|unauthenticated|access.?denied|forbidden/i.test(kind)) return 'credentials_refused';
  if (/too.?many|rate.?limit|throttl|limit.?exceeded/i.test(kind)) return 'rate_limited';
  if (/time.?out|timed.?out/i.test(kind)) return 'timed_out';
  return /nrql|syntax|parse|invalid|validation|bad.?(request|user.?input)/i.test(kind) ? 'configuration' : undefined;
}

function codeOfWords(said: string): SourceErrorCode {
  if (/^nrql|syntax error/i.test(said)) return 'configuration';
  return codeOfClass(said) ?? (/not authorized|no access/i.test(said) ? 'credentials_refused' : 'vendor_error');
}

export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
