import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { RestApp } from './rest-app.ts';

/** Built from `src/dashboard`. */
const BUILT = fileURLToPath(new URL('../../dist/dashboard', import.meta.url));

/** All of the page comes from here, in files: no code or style stands in the document, and nothing else is asked. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const YEAR_SECONDS = 31_536_000;

const SHELL_PATHS: ReadonlySet<string> = new Set(['/', '/favicon.svg']);

const NOT_BUILT = `Halfspace is running, but its dashboard has not been built: run \`npm run build:dashboard\` and start the service again.
The REST API is here all the same; /docs has a page for it.
`;

/** Serves the dashboard at `/`; where it has not been built, a sentence on how that is done. */
export async function addDashboard(app: RestApp, folder = BUILT): Promise<void> {
  if (!existsSync(`${folder}/index.html`)) {
    app.get('/', { schema: { hide: true }, config: { produces: 'text/plain' } }, (_request, reply) =>
      reply.type('text/plain; charset=utf-8').send(NOT_BUILT as never),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: folder,
    // A route for each file that there is: other paths stay the API's.
    wildcard: false,
    schemaHide: true,
    cacheControl: false,
    setHeaders(reply, path) {
      void reply.header('content-security-policy', POLICY);
      const isNamedByContent = path.includes('/assets/');
      void reply.header('cache-control', isNamedByContent ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
    },
  });
}

/** The page without any data, which a browser gets before anybody could have said a secret. */
export function isShellPath(url: string): boolean {
  const [path = ''] = url.split('?', 1);
  return SHELL_PATHS.has(path) || path.startsWith('/assets/');
}
