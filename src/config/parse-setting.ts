import { meets } from './setting-schema.ts';
import type { SettingSchema } from './setting-schema.ts';

const SHOWN_CHARS_MAX = 100;

export type ParsedSetting = { value: unknown } | { problem: string };

/** Reads the text of one variable as its schema says. The problem names variable, value (unless secret) and what is allowed. */
export function parseSetting(name: string, text: string, schema: SettingSchema): ParsedSetting {
  const value = convert(text, schema);
  if (value !== undefined && meets(schema, value)) return { value };
  const got = schema.secret === true ? 'has a value that is not allowed' : `is ${quote(text)}`;
  return { problem: `${name} ${got}; allowed: ${allowedValues(schema)}` };
}

/** The type's value that a text stands for, undefined when it stands for none. */
function convert(text: string, schema: SettingSchema): unknown {
  switch (schema.type) {
    case 'integer':
    case 'number':
      // Number() alone would take "0x10", "" and " 1 ".
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
    case 'boolean':
      return { true: true, false: false }[text.toLowerCase()];
    case 'array':
      return text
        .split(/[,\n]/)
        .map((item) => item.trim())
        .filter((item) => item !== '');
    case undefined:
      // An enum: its members are lower-case words, and LOG_LEVEL=INFO is meant well.
      return schema.enum === undefined ? text : text.toLowerCase();
    default:
      return text;
  }
}

/** What may be written, as the end of a sentence. */
export function allowedValues(schema: SettingSchema): string {
  if (schema.allowed !== undefined) return schema.allowed;
  if (schema.enum !== undefined) return schema.enum.join(', ');
  if (schema.type === 'boolean') return 'true, false';
  if (schema.type !== 'integer' && schema.type !== 'number') return `a text of 1 to ${schema.maxLength} characters`;
  const range =
    schema.exclusiveMinimum === undefined
      ? `from ${schema.minimum} to ${schema.maximum}`
      : `above ${schema.exclusiveMinimum}, up to ${schema.maximum}`;
  return `${schema.type === 'integer' ? 'a whole number' : 'a number'} ${range}`;
}

/** Quoted so that control characters show, and short. */
function quote(text: string): string {
  return JSON.stringify(text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}...` : text);
}
