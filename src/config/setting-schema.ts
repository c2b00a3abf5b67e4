/** The parts of JSON Schema that settings are written in, and what else reading and describing them needs. */
export interface SettingSchema {
  type?: string;
  enum?: readonly string[];
  items?: SettingSchema;
  default?: string | number | boolean | readonly string[];
  description?: string;
  /** Its value is never shown. */
  secret?: boolean;
  /** The end of the sentence that refuses a value, where the schema's keywords do not say it. */
  allowed?: string;
  /** Of an array. */
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  /** Of a text, by the `u` of regular expressions. */
  pattern?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
}

declare const VALUE: unique symbol;
/** A schema that knows by its type alone what it describes. */
export type SchemaOf<Value> = SettingSchema & { readonly [VALUE]?: Value };
/** Of a setting that may be missing. */
export type OptionalSchema<Value> = SchemaOf<Value> & { readonly isOptional: true };

type Options = Omit<SettingSchema, 'type' | 'enum' | 'items'>;

// Made here: to load typebox takes every command longer than all that it does before its file is read.
export const integer = (options: Options): SchemaOf<number> => ({ type: 'integer', ...options });
export const number = (options: Options): SchemaOf<number> => ({ type: 'number', ...options });
export const boolean = (options: Options): SchemaOf<boolean> => ({ type: 'boolean', ...options });
export const string = (options: Options): SchemaOf<string> => ({ type: 'string', ...options });
export const oneOf = <const Value extends string>(
  values: readonly Value[],
  options: Options = {},
): SchemaOf<Value> => ({
  enum: values,
  ...options,
});
export const list = <Item>(items: SchemaOf<Item>, options: Options): SchemaOf<Item[]> => ({
  type: 'array',
  items,
  ...options,
});

/** Seen by the type alone: a schema in a document has no such keyword. */
export function optional<Value>(schema: SchemaOf<Value>): OptionalSchema<Value> {
  return Object.defineProperty(schema, 'isOptional', { value: true, enumerable: false }) as OptionalSchema<Value>;
}

type ValueOf<Schema> = Schema extends SchemaOf<infer Value> ? Value : never;
type OptionalNames<Schemas> = {
  [Name in keyof Schemas]: Schemas[Name] extends { isOptional: true } ? Name : never;
}[keyof Schemas];

/** What a set of schemas describes. */
export type ValuesOf<Schemas> = {
  [Name in Exclude<keyof Schemas, OptionalNames<Schemas>>]: ValueOf<Schemas[Name]>;
} & { [Name in OptionalNames<Schemas>]?: ValueOf<Schemas[Name]> };

/** Whether a value is what the schema says. */
export function meets(schema: SettingSchema, value: unknown): boolean {
  if (schema.enum !== undefined) return schema.enum.includes(value as string);
  switch (schema.type) {
    case 'integer':
    case 'number':
      return isNumber(schema, value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return isList(schema, value);
    default:
      return isText(schema, value);
  }
}

function isNumber(schema: SettingSchema, value: unknown): boolean {
  const { type, minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity } = schema;
  if (typeof value !== 'number' || !(type === 'integer' ? Number.isInteger(value) : Number.isFinite(value)))
    return false;
  return value >= minimum && value > exclusiveMinimum && value <= maximum;
}

function isList({ items = {}, minItems = 0, maxItems = Infinity }: SettingSchema, value: unknown): boolean {
  if (!Array.isArray(value) || value.length < minItems || value.length > maxItems) return false;
  return value.every((item) => meets(items, item));
}

function isText({ minLength = 0, maxLength = Infinity, pattern }: SettingSchema, value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const { length } = Array.from(value);
  return length >= minLength && length <= maxLength && (pattern === undefined || new RegExp(pattern, 'u').test(value));
}
