import { parse } from 'yaml';
import { valuesSchema } from './values-schema.ts';

interface Schema {
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  enum?: string[];
}

/** Groups whose members are told elsewhere, or by Kubernetes. */
const WHOLE: ReadonlySet<string> = new Set(['config', 'resources', 'gateway.resources', 'podSecurityContext']);

/** A Markdown table of every value of the chart: its path, what it is, its default in `valuesText`. */
export function valuesTable(valuesText: string): string {
  const { global: _global, ...properties } = (valuesSchema() as Schema).properties ?? {};
  const rows = [
    ['value', 'what it is', 'default'],
    ...rowsOf(properties, parse(valuesText) as Record<string, unknown>, ''),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`);
  return [lines[0], `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...lines.slice(1)].join('\n');
}

function rowsOf(properties: Record<string, Schema>, values: Record<string, unknown>, parent: string): string[][] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = parent + name;
    const value = values[name];
    const members = WHOLE.has(path) ? undefined : schema.properties;
    if (members !== undefined && Object.keys(members).length > 0) {
      return rowsOf(members, value as Record<string, unknown>, `${path}.`);
    }
    return [[`\`${path}\``, told(schema), WHOLE.has(path) ? 'see values.yaml' : shown(value)]];
  });
}

function told({ description = '', enum: allowed }: Schema): string {
  const text = allowed === undefined ? description : `${description} (${allowed.join(', ')})`;
  return text.replaceAll('|', '\\|');
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text === '""' || text === '[]' || text === '{}' ? '' : `\`${text.replaceAll(/^"|"$/g, '')}\``;
}
