const SHOWN_CHARS_MAX = 300;
const DEPTH_MAX = 4;
/** Where stores put the sentence that says what went wrong, the most telling first. */
const MESSAGE_FIELDS = [
  'reason',
  'message',
  'detail',
  'error_description',
  'title',
  'text',
  'error',
  'errors',
  'messages',
  'root_cause',
];

/** What an error's body says, as one line of at most 300 characters without the `secrets`; undefined when it says nothing. */
export function vendorMessage(body: string, secrets: readonly string[]): string | undefined {
  const text = messageIn(parsed(body), 0) ?? (/^\s*[<{[]/.test(body) ? undefined : body);
  return text === undefined ? undefined : shownText(text, secrets);
}

/** A text of somebody else's as an error may carry it. */
export function shownText(text: string, secrets: readonly string[]): string | undefined {
  let shown = text;
  for (const secret of secrets) if (secret.length >= 4) shown = shown.replaceAll(secret, '***');
  shown = shown.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
  if (shown === '') return undefined;
  return shown.length > SHOWN_CHARS_MAX ? `${shown.slice(0, SHOWN_CHARS_MAX)}...` : shown;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function messageIn(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : messageIn(value[0], depth + 1);
  for (const name of MESSAGE_FIELDS) {
    if (!Object.hasOwn(value, name)) continue;
    const found = messageIn((value as Record<string, unknown>)[name], depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
