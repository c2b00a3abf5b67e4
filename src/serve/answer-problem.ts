import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Problem, problemDocument } from './problem.ts';

/** Where failures that are ours are written; nothing of a request's body goes there. */
export interface RestLogger {
  error(fields: object, message: string): void;
}

const MIB = 1024 * 1024;

/** Answers anything thrown as `application/problem+json`. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: RestLogger): void {
  const problem = toProblem(error, request);
  if (problem.code === 'internal') {
    logger.error({ err: error, method: request.method, route: request.routeOptions.url }, 'REST call failed');
  }
  if (problem.retryAfterSeconds !== undefined) void reply.header('retry-after', problem.retryAfterSeconds);
  void reply.code(problem.status).type('application/problem+json').send(problemDocument(problem));
}

/** What goes wrong as it is told; ours is told without its text. */
export function toProblem(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  const { code, statusCode } = error as Partial<FastifyError>;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return tooLarge(request);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem(415, 'unsupported_media_type', 'send the body as content-type: application/json');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new Problem(400, 'bad_request', 'the body is not as long as its content-length says, send it again');
    case 'FST_ERR_BAD_URL':
      return new Problem(400, 'bad_request', 'the path has a percent sign that two hex digits do not follow');
    case undefined:
    default:
      if (statusCode === 400) return new Problem(400, 'bad_request', 'the request cannot be read, see /openapi.json');
      return new Problem(500, 'internal', 'something failed inside; the log of the service says what', {
        cause: error,
      });
  }
}

function tooLarge(request: FastifyRequest): Problem {
  const limit = request.routeOptions.bodyLimit ?? 0;
  const size = limit >= MIB ? `${limit / MIB} MiB` : `${limit} bytes`;
  return new Problem(413, 'too_large', `the body may have at most ${size}; send less at once`);
}
