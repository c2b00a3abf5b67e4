import { Compile } from 'typebox/schema';

type Json = Record<string, unknown>;

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, { schema: Json }> }> }>>;
  components: Json;
}

/** Complaints about an answer that is not as the served document says; empty when it is. */
export type OpenApiChecker = (call: {
  method: string;
  path: string;
  status: number;
  mediaType: string;
  body: unknown;
}) => string[];

/** Judges by the document alone, as a client that was generated from it would. */
export function createOpenApiChecker(document: Document): OpenApiChecker {
  return ({ method, path, status, mediaType, body }) => {
    const route = pathItem(document, path)?.[method.toLowerCase()];
    // Calls that the document does not know are answered by a problem, which any route's `default` describes.
    const responses = route?.responses ?? document.paths['/health']?.['get']?.responses ?? {};
    const name = Object.hasOwn(responses, status) ? String(status) : 'default';
    if (route === undefined && name !== 'default' && status < 400) return [`${method} ${path} is not documented`];
    const schema = responses[name]?.content?.[mediaType]?.schema;
    if (schema === undefined) return [`${method} ${path} ${status} answers ${mediaType}, which is not documented`];
    const validator = Compile({ ...schema, components: document.components });
    if (validator.Check(body)) return [];
    return validator
      .Errors(body)[1]
      .map(({ instancePath, message }) => `${path} ${status}: ${instancePath} ${message}`);
  };
}

/** The path itself, or the template that it fits. */
function pathItem({ paths }: Document, path: string): Document['paths'][string] | undefined {
  if (paths[path] !== undefined) return paths[path];
  const template = Object.keys(paths).find((one) => matches(one.split('/'), path.split('/')));
  return template === undefined ? undefined : paths[template];
}

function matches(template: readonly string[], segments: readonly string[]): boolean {
  return (
    template.length === segments.length &&
    template.every((part, i) => (part.startsWith('{') ? segments[i] !== '' : part === segments[i]))
  );
}
