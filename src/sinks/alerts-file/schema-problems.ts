import { Value } from 'typebox/value';
import type { TSchema } from 'typebox';
import type { YamlPath } from './located-yaml.ts';

/** What is wrong at a place; `sentence` begins with "must". `isKey`: the key is wrong, not its value. */
export interface SchemaProblem {
  path: YamlPath;
  sentence: string;
  isKey?: boolean;
}

/** Of a wrong value. */
const SHOWN_CHARS_MAX = 60;

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'a mapping',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
};

interface SchemaError {
  keyword: string;
  /** A JSON pointer into the schema, after a `#`. */
  schemaPath: string;
  instancePath: string;
  params: Record<string, unknown>;
  message: string;
}

/** Checks a value; problems are told in our words, one a place. */
export function schemaProblems(schema: TSchema, value: unknown, under: YamlPath = []): SchemaProblem[] {
  const seen = new Set<string>();
  return (Value.Errors(schema, value) as unknown as SchemaError[]).flatMap((error) => {
    const path = [...under, ...pathOf(error.instancePath, value)];
    return problemsOf(error, path, schema, valueAt(value, error.instancePath)).filter(({ path: place }) => {
      const key = JSON.stringify(place);
      return !seen.has(key) && seen.add(key);
    });
  });
}

function problemsOf(
  { keyword, schemaPath, params, message }: SchemaError,
  path: YamlPath,
  schema: TSchema,
  value: unknown,
): SchemaProblem[] {
  switch (keyword) {
    // Said by additionalProperties, of the same place.
    case 'boolean':
      return [];
    case 'additionalProperties':
      return (params['additionalProperties'] as string[]).map((key) => ({
        path: [...path, key],
        isKey: true,
        sentence: unknownKey(at(schema, schemaPath)),
      }));
    case 'required':
      return (params['requiredProperties'] as string[]).map((key) => ({
        path: [...path, key],
        sentence: 'must be set',
      }));
    case 'type':
      return [{ path, sentence: `must be ${typeNames(params['type'])}` }];
    case 'enum':
      return [
        { path, sentence: `must be one of ${(params['allowedValues'] as string[]).join(', ')}, not ${shown(value)}` },
      ];
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return [{ path, sentence: 'must not be empty' }];
    default:
      return [{ path, sentence: message.startsWith('must') ? message : `must be right: ${message}` }];
  }
}

function unknownKey(schema: unknown): string {
  const { properties, patternProperties } = schema as Record<string, Record<string, unknown> | undefined>;
  const known = Object.keys(properties ?? {});
  if (known.length > 0) return `must be one of the known keys: ${known.join(', ')}`;
  return `must be a name that matches ${Object.keys(patternProperties ?? {}).join(' or ')}`;
}

/** The part of a schema that a pointer leads to; names in it are written as they are, or with `~1` for a slash. */
function at(schema: unknown, pointer: string): unknown {
  let part = schema;
  for (const key of pointer.split('/').slice(1)) {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    part = (part as Record<string, unknown> | undefined)?.[name];
  }
  return part ?? {};
}

function typeNames(type: unknown): string {
  const types = Array.isArray(type) ? (type as string[]) : [String(type)];
  return types.map((one) => TYPE_NAMES[one] ?? one).join(' or ');
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}...` : text;
}

function valueAt(value: unknown, pointer: string): unknown {
  let found = value;
  for (const key of pathOf(pointer, value))
    found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[String(key)] : undefined;
  return found ?? null;
}

/** A JSON pointer as keys and indexes of the value. */
function pathOf(pointer: string, value: unknown): YamlPath {
  const path: (string | number)[] = [];
  let at: unknown = value;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(at) ? Number(key) : key);
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined;
  }
  return path;
}
