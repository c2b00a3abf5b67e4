import { allowedValues } from './parse-setting.ts';
import { SOURCE_SETTINGS } from './source-settings.ts';
import { settingEntries } from './settings.ts';
import type { SettingSchema } from './setting-schema.ts';

/** Every setting as a Markdown table with aligned columns: variable, what it is, default, what is allowed. */
export function describeSettings(): string {
  const settings = settingEntries().map(([name, schema]) => cells(name, schema));
  const sources = [...SOURCE_SETTINGS.values()].flat().map(({ variable, schema }) => cells(variable, schema));
  const rows = [['variable', 'what it is', 'default', 'allowed'], ...settings, ...sources];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function cells(name: string, schema: SettingSchema): string[] {
  const fallback = typeof schema.default === 'object' ? schema.default.join(',') : String(schema.default ?? '');
  const shown = fallback === '' ? '' : `\`${fallback}\``;
  return [`\`${name}\``, escaped(schema.description ?? ''), shown, escaped(allowedValues(schema))];
}

/** As Markdown shows it as it is, in a table. */
function escaped(text: string): string {
  return text.replaceAll(/[*|]/g, '\\$&');
}
