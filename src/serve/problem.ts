/** Stable names of everything that a REST call can be refused for. */
export const PROBLEM_CODES = [
  'bad_json',
  'bad_query',
  'bad_request',
  'bad_window',
  'busy',
  'cross_origin',
  'internal',
  'method_not_allowed',
  'not_acceptable',
  'not_found',
  'not_ready',
  'not_trained',
  'source_busy',
  'source_failed',
  'source_not_configured',
  'source_not_readable',
  'source_refused',
  'source_timed_out',
  'timeout',
  'too_large',
  'too_many_calls',
  'too_many_streams',
  'unauthenticated',
  'unsupported_media_type',
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

const TITLES: Readonly<Record<ProblemCode, string>> = {
  bad_json: 'The body is not valid JSON',
  bad_query: 'A query parameter is not valid',
  bad_request: 'The request is not valid',
  bad_window: 'The window is not valid',
  busy: 'Too much work at once',
  cross_origin: 'Refused from another origin',
  internal: 'Internal error',
  method_not_allowed: 'Method not allowed',
  not_acceptable: 'Not acceptable',
  not_found: 'Not found',
  not_ready: 'Not ready',
  not_trained: 'Nothing has been trained yet',
  source_busy: 'The source wants fewer calls',
  source_failed: 'The source could not be read',
  source_not_configured: 'The source is not configured',
  source_not_readable: 'The source cannot be read',
  source_refused: 'The source refused the credentials',
  source_timed_out: 'The source took too long',
  timeout: 'The request took too long to arrive',
  too_large: 'Too large',
  too_many_calls: 'Too many calls',
  too_many_streams: 'Too many streams',
  unauthenticated: 'The signing secret is missing or wrong',
  unsupported_media_type: 'Unsupported media type',
};

export interface ProblemOptions {
  /** Replaces the title that goes with the code. */
  title?: string;
  /** Adds `Retry-After`. */
  retryAfterSeconds?: number;
  /** Members beside the standard ones (RFC 9457, section 3.2). */
  extensions?: Record<string, unknown>;
  cause?: unknown;
}

/** A refusal that REST answers as `application/problem+json`; `detail` is a sentence that says what to do. */
export class Problem extends Error {
  readonly status: number;
  readonly code: ProblemCode;
  readonly title: string;
  readonly detail: string;
  readonly retryAfterSeconds: number | undefined;
  readonly extensions: Record<string, unknown>;

  constructor(status: number, code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause });
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.title = options.title ?? TITLES[code];
    this.detail = detail;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.extensions = options.extensions ?? {};
  }
}

/** The document on the wire. `type` names the code; it is an identifier and does not have to resolve. */
export function problemDocument(problem: Problem): Record<string, unknown> {
  const { status, code, title, detail, extensions } = problem;
  return { ...extensions, type: `urn:halfspace:problem:${code.replaceAll('_', '-')}`, title, status, detail, code };
}
