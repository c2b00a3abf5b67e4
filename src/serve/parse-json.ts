import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.ts';

/**
 * Bodies are JSON and nothing else. An empty one counts as none, as clients send the header by habit. Keys that would
 * pollute prototypes are refused. What a parser says of bad JSON quotes it, and it may be credentials: only the
 * position is passed on.
 */
export function acceptJsonOnly(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') return;
    throw new Problem(415, 'unsupported_media_type', 'send the body as it is, without content-encoding');
  });
  app.addHook('preValidation', async (request) => {
    const { body } = request;
    if (request.routeOptions.config.takesBody !== false || body === undefined || body === null) return;
    if (typeof body === 'object' && Object.keys(body).length === 0) return;
    throw new Problem(400, 'bad_request', 'this call takes no body; its parameters stand in the query');
  });
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body as string;
    if (text.trim() === '') {
      done(null, undefined);
      return;
    }
    void parse(request, text, (error, value) => {
      if (error === null) done(null, value);
      else done(refusal(text));
    });
  });
}

function refusal(text: string): Problem {
  try {
    JSON.parse(text);
  } catch (error) {
    const [, position] = /position (\d+)/.exec((error as Error).message) ?? [];
    const where = position === undefined ? '' : ` (see position ${position})`;
    return new Problem(400, 'bad_json', `the body is not valid JSON${where}; correct it and send it again`);
  }
  return new Problem(400, 'bad_json', 'the body has a key __proto__ or constructor.prototype; leave it out');
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** False where a body has no meaning: one that is sent all the same is refused rather than ignored. */
    takesBody?: boolean;
  }
}
