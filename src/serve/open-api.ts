import fastifyHelmet from '@fastify/helmet';
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import { ASK_FOR_SECRET, ASK_FOR_SECRET_STYLE } from './docs-secret.ts';
import type { RestApp } from './rest-app.ts';

export interface OpenApiOptions {
  version: string;
  hasSigningSecret: boolean;
}

/** Everything of the page comes from this service, so that it works without the internet. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Serves the document that the routes' schemas make at `/openapi.json`, and a page for it at `/docs`. */
export async function addOpenApi(app: RestApp, options: OpenApiOptions): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Halfspace',
        version: options.version,
        description: 'Log anomaly detection beside an OpenTelemetry Collector.',
      },
      components: {
        securitySchemes: {
          signingSecret: { type: 'apiKey', in: 'header', name: 'X-Signing-Secret' },
          bearer: { type: 'http', scheme: 'bearer' },
        },
      },
      ...(options.hasSigningSecret ? { security: [{ signingSecret: [] }, { bearer: [] }] } : {}),
    },
    refResolver: {
      buildLocalReference: (schema, _base, _fragment, index) =>
        typeof schema['$id'] === 'string' ? schema['$id'] : `schema-${index}`,
    },
  });
  await app.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_POLICY,
    uiConfig: { validatorUrl: null },
    theme: {
      title: 'Halfspace API',
      ...(options.hasSigningSecret ? { js: [ASK_FOR_SECRET], css: [ASK_FOR_SECRET_STYLE] } : {}),
    },
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}

/** Headers that keep browsers careful. Without TLS nothing may ask for it, or a page on a LAN stays blank. */
export async function addSecurityHeaders(app: RestApp, hasTls: boolean): Promise<void> {
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
    },
    // Of this name alone: what else listens under it has its own owners.
    strictTransportSecurity: hasTls && { includeSubDomains: false },
  });
}
