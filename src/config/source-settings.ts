import { CATALOGUE } from '../sources/catalogue.ts';
import type { SourceOption } from '../sources/declaration.ts';
import { oneOf, string } from './setting-schema.ts';
import type { SettingSchema } from './setting-schema.ts';

/** One value that a source is configured by: `key` in a request's credentials, `variable` in the environment. */
export interface SourceSetting extends SourceOption {
  schema: SettingSchema;
}

/** Values that a source is configured by, by key. */
export type SourceValues = ReadonlyMap<string, string>;

const TEXT_CHARS_MAX = 16_384;
/** No user and no password: they have keys of their own, and an address may be shown. */
const URL_PATTERN = '^https?://[^\\s/?#@]+(/[^\\s?#]*)?$';

/** The settings of each source that windows can be pulled from. */
export const SOURCE_SETTINGS: ReadonlyMap<string, readonly SourceSetting[]> = new Map(
  CATALOGUE.filter(({ options }) => options.length > 0).map(({ name, options }) => [
    name,
    options.map((option) => ({ ...option, schema: schemaOf(option) })),
  ]),
);

function schemaOf({ description, secret = false, kind = 'text', values, pattern }: SourceOption): SettingSchema {
  if (values !== undefined) return oneOf(values, { description, secret });
  if (kind === 'flag') return oneOf(['true', 'false'], { description, secret });
  const text = { minLength: 1, maxLength: TEXT_CHARS_MAX, description, secret };
  if (kind === 'url') {
    const allowed = 'an address such as https://logs.example.com, without user, password, query or fragment';
    return string({ ...text, pattern: URL_PATTERN, allowed });
  }
  return string(pattern === undefined ? text : { ...text, pattern: pattern.source, allowed: pattern.allowed });
}
