/**
 * The nine masks of the reference profile as regular expressions, one after the other: the readable definition, the
 * oracle of the tests, and the path of tokens that are not ASCII. The byte scanner must agree with it everywhere.
 * Order matters: each mask sees the text that the ones before it left. None of them can match white space.
 *
 * Semantics are those of Python's `re` on `str`: digits and word characters are Unicode's. JavaScript's `\b`, `\d` and
 * `\s` are not, so they are spelt out here.
 */
export function maskReference(text: string): string {
  let masked = text;
  for (const [pattern, placeholder] of MASKS) masked = masked.replace(pattern, placeholder);
  return masked;
}

/** What Python's `str.isspace` says; splits tokens and ends a URL. */
const WHITE_SPACE_CLASS = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const WHITE_SPACE = new RegExp(`[${WHITE_SPACE_CLASS}]+`, 'u');

/** Tokens between white space, as Python's `str.split()`: no empty ones. */
export function splitTokens(text: string): string[] {
  return text.split(WHITE_SPACE).filter((token) => token !== '');
}

/** Whether a character is one that Python's `str.isdigit` accepts: decimal digits, and those with a digit value (², ①). */
export function hasDigit(token: string): boolean {
  return DIGIT.test(token);
}

const DIGIT =
  /[\p{Nd}\xb2\xb3\xb9\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}]/u;

const HEX = '[0-9a-fA-F]';
const D = '\\p{Nd}';

const MASKS: readonly (readonly [RegExp, string])[] = [
  [wholeWord(`${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`), '<UUID>'],
  [wholeWord(`(?:${D}{1,3}\\.){3}${D}{1,3}`), '<IP>'],
  [new RegExp(`https?://[^${WHITE_SPACE_CLASS}]+`, 'gu'), '<URL>'],
  [/\/api\/[a-zA-Z0-9/_.-]+/gu, '<PATH>'],
  [wholeWord(`${D}{4}-${D}{2}-${D}{2}`), '<DATE>'],
  [wholeWord(`${D}+(?:\\.${D}+)?(?:ms|s|m|h)`), '<DUR>'],
  [wholeWord(`${HEX}{7,64}`), '<HEX>'],
  [wholeWord(`${D}+\\.${D}+`), '<FLOAT>'],
  [wholeWord(`${D}{4,}`), '<NUM>'],
];

/** The pattern between word boundaries; every such mask begins and ends with a word character. */
function wholeWord(pattern: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}_])${pattern}(?![\\p{L}\\p{N}_])`, 'gu');
}
