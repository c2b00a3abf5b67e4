import { AnalyserError } from '../analyse/analyser.ts';
import { Problem } from '../serve/problem.ts';
import { SourceError } from '../sources/source-error.ts';

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

/** What the user has to set right is 400, a file that breaks while it is read 502, want of room 503. */
function sourceProblem(error: SourceError): Problem {
  switch (error.code) {
    case 'source_not_found':
    case 'source_not_a_file':
    case 'source_permission_denied':
    case 'unknown_format':
      return new Problem(400, 'source_not_configured', error.message, {
        title: 'The source cannot be read',
        cause: error,
      });
    case 'source_unreadable':
    case 'malformed_input':
      return new Problem(502, 'source_failed', error.message, { cause: error });
    case 'no_room':
      return new Problem(503, 'busy', error.message, { retryAfterSeconds: 5, cause: error });
  }
}
