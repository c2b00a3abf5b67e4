import { AnalyserError } from '../analyse/analyser.ts';
import { Problem } from '../serve/problem.ts';
import { SourceError } from '../sources/source-error.ts';
import type { VendorDetails } from '../sources/source-error.ts';

/** Runs the work; what goes wrong with a source or for want of a thread becomes the answer that REST gives for it. */
export async function asProblem<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SourceError) throw sourceProblem(error);
    if (error instanceof AnalyserError) {
      throw new Problem(503, 'busy', error.message, { retryAfterSeconds: 2, cause: error });
    }
    throw error;
  }
}

/**
 * What the user has to set right is 400; a store that refuses the credentials 424, one that cannot be reached or answers
 * wrongly 502, one that takes too long 504; a store that wants to be left alone for a while, and want of room, 503.
 */
function sourceProblem(error: SourceError): Problem {
  const extensions = error.vendor === undefined ? {} : vendorMembers(error.vendor);
  const options = { cause: error, extensions };
  switch (error.code) {
    case 'source_not_found':
    case 'source_not_a_file':
    case 'source_permission_denied':
    case 'unknown_format':
      return new Problem(400, 'source_not_readable', error.message, options);
    case 'configuration':
    case 'host_refused':
      return new Problem(400, 'source_not_configured', error.message, {
        ...options,
        title: 'The source cannot be read',
      });
    case 'credentials_refused':
      return new Problem(424, 'source_refused', error.message, options);
    case 'unreachable':
    case 'vendor_error':
    case 'malformed_answer':
    case 'source_unreadable':
    case 'malformed_input':
      return new Problem(502, 'source_failed', error.message, options);
    case 'timed_out':
      return new Problem(504, 'source_timed_out', error.message, options);
    case 'rate_limited':
      return new Problem(503, 'source_busy', error.message, {
        ...options,
        retryAfterSeconds: error.vendor?.retryAfterSeconds ?? 60,
      });
    case 'no_room':
      return new Problem(503, 'busy', error.message, { ...options, retryAfterSeconds: 5 });
  }
}

/** Members of the answer beside its sentence, for programs. */
function vendorMembers({ source, call, status }: VendorDetails): Record<string, unknown> {
  return { source, call, ...(status === undefined ? {} : { vendor_status: status }) };
}
