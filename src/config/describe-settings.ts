import { allowedValues } from './parse-setting.ts';
import { SOURCE_SETTINGS } from './source-settings.ts';
import { settingEntries } from './settings.ts';
import type { SettingSchema } from './settings.ts';

/** Every setting as rows of a Markdown table: variable, what it is, default, what is allowed. */
export function describeSettings(): string {
  const service = settingEntries().map(([name, schema]) => row(name, schema));
  const sources = [...SOURCE_SETTINGS.values()].flat().map(({ variable, schema }) => row(variable, schema));
  return ['| variable | what it is | default | allowed |', '|---|---|---|---|', ...service, ...sources].join('\n');
}

function row(name: string, schema: SettingSchema): string {
  const fallback = [schema.default ?? []].flat().map(String).join(',');
  const shown = fallback === '' ? '' : `\`${fallback}\``;
  return `| \`${name}\` | ${schema.description ?? ''} | ${shown} | ${allowedValues(schema)} |`;
}
