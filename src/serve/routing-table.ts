import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

/**
 * Tells a path that does not exist (404) from a method that it does not have (405 with `Allow`). Has to be called
 * before any route is added, as it learns them from there.
 */
export function refuseUnknownRoutes(app: FastifyInstance): void {
  const methodsOf = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ method, path }) => {
    const methods = methodsOf.get(path) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    methodsOf.set(path, methods);
  });
  app.setNotFoundHandler(async (request, reply) => {
    const path = pathOf(request);
    const methods = methodsOf.get(path) ?? [...methodsOf].find(([pattern]) => fits(pattern, path))?.[1];
    if (methods === undefined) throw new Problem(404, 'not_found', 'no such path; /openapi.json lists those there are');
    const allow = [...methods].toSorted().join(', ');
    void reply.header('allow', allow);
    throw new Problem(405, 'method_not_allowed', `use ${[...methods].toSorted().join(' or ')} on this path`);
  });
}

function pathOf(request: FastifyRequest): string {
  const query = request.url.indexOf('?');
  return query === -1 ? request.url : request.url.slice(0, query);
}

/** Whether the path is one of a route with parameters, such as `/templates/:fingerprint`. */
function fits(pattern: string, path: string): boolean {
  const parts = pattern.split('/');
  const segments = path.split('/');
  return parts.length === segments.length && parts.every((part, i) => part.startsWith(':') || part === segments[i]);
}
