/** A text with places to fill in: words as they are, and names of placeholders. */
export type TextTemplate = readonly (string | { placeholder: Placeholder })[];

/** What `{{name}}` may name. */
export const PLACEHOLDERS = [
  'event',
  'severity',
  'service',
  'services',
  'reason',
  'reasons',
  'count',
  'anomalies',
  'line_count',
  'level',
  'score',
  'template',
  'templates',
  'sample',
  'first_seen',
  'last_seen',
  'duration',
  'trace_id',
  'incident_id',
  'fingerprint',
  'url',
] as const;

export type Placeholder = (typeof PLACEHOLDERS)[number];

const PLACE = /\{\{\s*([^{}]*?)\s*\}\}/g;
const TEXT_CHARS_MAX = 8000;

/**
 * Reads `{{name}}` placeholders; there is nothing else: no code, no paths, no conditions. A name that is not known, or a
 * brace that is left over, is a problem: the end of the sentence `must ...`.
 */
export function parseTemplate(text: string): { template: TextTemplate } | { problem: string } {
  const template: (string | { placeholder: Placeholder })[] = [];
  let at = 0;
  for (const match of text.matchAll(PLACE)) {
    const name = PLACEHOLDERS.find((one) => one === match[1]);
    if (name === undefined) {
      return { problem: `must use placeholders that exist, not {{${match[1]}}}: ${PLACEHOLDERS.join(', ')}` };
    }
    template.push(text.slice(at, match.index), { placeholder: name });
    at = match.index + match[0].length;
  }
  template.push(text.slice(at));
  const stray = template.find((part) => typeof part === 'string' && /\{\{|\}\}/.test(part));
  if (stray !== undefined) return { problem: 'must close every {{ with }}, with a name between' };
  return { template: template.filter((part) => part !== '') };
}

/** Without `, score {{score}}`, for what has none: what is found by the clock is no line that could be scored. */
export function withoutScore(template: TextTemplate): TextTemplate {
  const isScore = (part: TextTemplate[number] | undefined) => typeof part === 'object' && part.placeholder === 'score';
  const isSaid = (part: TextTemplate[number] | undefined) => typeof part === 'string' && part.endsWith(SCORE_BEFORE);
  return template.flatMap((part, i) => {
    if (typeof part === 'string')
      return isSaid(part) && isScore(template[i + 1]) ? part.slice(0, -SCORE_BEFORE.length) : part;
    return isScore(part) && isSaid(template[i - 1]) ? [] : part;
  });
}

const SCORE_BEFORE = ', score ';

/**
 * The text with the values filled in. `escape` is for values alone: what a template itself says is markup of its
 * author, what fills it may come from whoever sends logs.
 */
export function renderTemplate(
  template: TextTemplate,
  values: Readonly<Record<Placeholder, string>>,
  escape: (text: string) => string,
): string {
  const text = template.map((part) => (typeof part === 'string' ? part : escape(values[part.placeholder]))).join('');
  return text.length > TEXT_CHARS_MAX ? `${text.slice(0, TEXT_CHARS_MAX - 1)}…` : text;
}
