import { Compile } from 'typebox/compile';
import type { TSchema } from 'typebox';
import type { FastifySchemaCompiler } from 'fastify';
import { Problem } from './problem.ts';

const SHOWN_CHARS_MAX = 100;

interface Fields {
  properties?: Record<string, { type?: string; items?: TSchema; maxItems?: number }>;
}

type Check = ReturnType<typeof Compile>;

/** The parts of a validation error that its sentence needs. */
interface Finding {
  keyword: string;
  instancePath: string;
  params: Record<string, unknown>;
  message: string;
}

/**
 * Checks queries and bodies by their typebox schema. A query's numbers are read from their text and its values are
 * shown in the sentence; a body is taken as it is, and its values, which may be credentials, are not shown.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  const fields = schema as Fields;
  const isQuery = httpPart === 'querystring';
  const findInLists = listSearch(fields);
  return (input: unknown) => {
    const value = isQuery ? readQuery(input as Record<string, unknown>, fields) : input;
    if (validator.Check(value)) return { value };
    const finding = findInLists(value) ?? firstFinding(validator, withShortLists(value));
    const code = isQuery ? 'bad_query' : 'bad_request';
    return { error: new Problem(400, code, sentence(finding, value, fields, isQuery)) };
  };
};

/**
 * Looks for what is wrong in the lists of a body. The compiled check of an item is a thousand times as fast as the walk
 * that explains, which over 100,000 rows would hold up the thread: only the item at fault is explained.
 */
function listSearch({ properties = {} }: Fields): (value: unknown) => Finding | undefined {
  const lists = Object.entries(properties).flatMap(([name, { items, maxItems }]) =>
    items === undefined ? [] : [{ name, limit: maxItems ?? Number.POSITIVE_INFINITY, item: Compile(items) }],
  );
  return (value) => {
    for (const { name, limit, item } of lists) {
      const list = valueAt(value, `/${name}`);
      if (!Array.isArray(list)) continue;
      if (list.length > limit)
        return { keyword: 'maxItems', instancePath: `/${name}`, params: { limit }, message: 'is too long' };
      const index = list.findIndex((one) => !item.Check(one));
      const finding = index === -1 ? undefined : firstFinding(item, list[index]);
      if (finding !== undefined) return { ...finding, instancePath: `/${name}/${index}${finding.instancePath}` };
    }
    return undefined;
  };
}

/** For errors outside of the lists, whose items are all well by then. */
function withShortLists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).map(([name, member]): [string, unknown] => [
    name,
    Array.isArray(member) ? member.slice(0, 1) : member,
  ]);
  return Object.fromEntries(members);
}

function firstFinding(check: Check, value: unknown): Finding | undefined {
  const findings = check.Errors(value) as unknown as Finding[];
  // An unknown member is reported twice, first without its name.
  return findings.find(({ keyword }) => keyword !== 'boolean');
}

/** A parameter given twice stays the array that it is, which no schema takes. */
function readQuery(query: Record<string, unknown>, fields: Fields): Record<string, unknown> {
  const read: [string, unknown][] = Object.entries(query).map(([name, value]) => {
    const type = Object.hasOwn(fields.properties ?? {}, name) ? fields.properties?.[name]?.type : undefined;
    if (typeof value !== 'string') return [name, value];
    if (type === 'boolean' && (value === 'true' || value === 'false')) return [name, value === 'true'];
    const isNumber = type === 'integer' || type === 'number';
    return [name, isNumber && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value];
  });
  return Object.fromEntries(read);
}

function sentence(finding: Finding | undefined, value: unknown, fields: Fields, isQuery: boolean): string {
  if (finding === undefined) return 'the request does not match its schema, see /openapi.json';
  const at = valueAt(value, finding.instancePath);
  const name = nameOf(finding.instancePath, isQuery);
  const { keyword, params } = finding;
  if (keyword === 'additionalProperties') {
    const unknown = (params['additionalProperties'] as string[]).map(quote).join(', ');
    const known = Object.keys(fields.properties ?? {}).join(', ');
    if (!isQuery) return `${name} has the unknown member ${unknown}; allowed: ${known}`;
    return `unknown query parameter ${unknown}; allowed: ${known === '' ? 'none' : known}`;
  }
  if (keyword === 'required') {
    return `${name} lacks ${(params['requiredProperties'] as string[]).join(', ')}`;
  }
  if (isQuery && Array.isArray(at)) return `${name} is given more than once; give it once`;
  const got = isQuery ? quote(at) : kindOf(at);
  return `${name} ${expectation(finding)}, got ${got}`;
}

function expectation({ keyword, params, message }: Finding): string {
  switch (keyword) {
    case 'enum':
      return `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`;
    case 'type':
      return `must be ${TYPE_NAMES.get(String(params['type'])) ?? String(params['type'])}`;
    case 'minimum':
    case 'maximum':
      return `must be ${String(params['comparison'])} ${String(params['limit'])}`;
    case 'exclusiveMinimum':
      return `must be > ${String(params['limit'])}`;
    case 'minLength':
      return 'must not be empty';
    case 'maxLength':
      return `must have at most ${String(params['limit'])} characters`;
    case 'minItems':
      return 'must not be empty';
    case 'maxItems':
      return `must have at most ${String(params['limit'])} items`;
    default:
      return message;
  }
}

const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['integer', 'a whole number'],
  ['number', 'a number'],
  ['string', 'a text'],
  ['object', 'an object'],
  ['array', 'an array'],
  ['boolean', 'true or false'],
]);

/** `/logs/3/level` as people write it: `logs[3].level`. */
function nameOf(instancePath: string, isQuery: boolean): string {
  if (instancePath === '') return isQuery ? 'the query' : 'the body';
  return segments(instancePath)
    .map((segment, i) => (/^\d+$/.test(segment) ? `[${segment}]` : `${i === 0 ? '' : '.'}${shorten(segment)}`))
    .join('');
}

function valueAt(value: unknown, instancePath: string): unknown {
  let at = value;
  for (const segment of segments(instancePath)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, segment)) return undefined;
    at = (at as Record<string, unknown>)[segment];
  }
  return at;
}

/** JSON Pointer, RFC 6901. */
function segments(instancePath: string): string[] {
  return instancePath
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  if (typeof value === 'string') return value === '' ? 'an empty text' : `a text of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return 'an object';
}

function quote(value: unknown): string {
  return JSON.stringify(typeof value === 'string' ? shorten(value) : value);
}

function shorten(text: string): string {
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}...` : text;
}
