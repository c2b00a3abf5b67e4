/** Wide in a terminal: two cells. */
const WIDE = /\p{sc=Han}|\p{sc=Hiragana}|\p{sc=Katakana}|\p{sc=Hangul}|\p{Emoji_Presentation}|[\uff01-\uff60]/u;
const MARK = /\p{Mn}|\p{Me}|\p{Cf}/u;

/**
 * A text of somebody else's on one line of a terminal: control characters, which could move the cursor or paint, and
 * those that turn the text around become a middle dot, white space one blank.
 */
export function printable(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Bidi_Control}\p{Cs}]/gu, '·')
    .trim();
}

/** Cells that a printable text takes. */
export function widthOf(text: string): number {
  let cells = 0;
  for (const character of text) cells += cellsOf(character);
  return cells;
}

/** The text in at most so many cells; what is cut ends in an ellipsis. */
export function fitted(text: string, cells: number): string {
  if (text.length <= cells / 2 || widthOf(text) <= cells) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += cellsOf(character);
    if (used > cells - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

function cellsOf(character: string): number {
  // The common case without a pattern.
  if (character >= ' ' && character <= '~') return 1;
  if (MARK.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
