import type { SourceErrorCode } from '../source-error.ts';
import { fieldsOf } from './log-event.ts';

/**
 * What the `meta` of an answer with status 200 says is wrong with it; undefined when nothing is. With warnings, the
 * events may be a part of what was asked for, which nobody would see.
 */
export function metaFault(
  meta: Record<string, unknown> | undefined,
): { code: SourceErrorCode; sentence: string } | undefined {
  if (meta?.['status'] === 'timeout') {
    return { code: 'timed_out', sentence: 'the search took too long: ask for a shorter window or narrow DD_QUERY' };
  }
  const warnings = meta?.['warnings'];
  if (!Array.isArray(warnings) || warnings.length === 0) return undefined;
  const warning = fieldsOf(warnings[0]);
  const [code, title, detail] = ['code', 'title', 'detail'].map((name) => textOf(warning?.[name]));
  const said = [...new Set([title, detail])].filter((text) => text !== undefined).join(': ');
  const words = JSON.stringify(said === '' ? (code ?? 'no words') : said);
  const isIndex = /index/i.test(`${code} ${said}`);
  const check = isIndex ? 'check DD_INDEXES and that the application key may read them' : 'ask again later';
  return {
    code: isIndex ? 'configuration' : 'vendor_error',
    sentence: `it found only a part, with the words ${words}: ${check}`,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
