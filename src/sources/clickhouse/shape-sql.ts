import type { MinerProfile } from '../../domain/profile.ts';
import { textLiteral } from './identifier.ts';

/** Longer first lines are told apart to the letter, as miners look at no more than 16 KiB. */
const LINE_BYTES_MAX = 8192;

/**
 * An expression over the message `message` (valid UTF-8) that says what the miner of `profile` sees of it: two messages
 * for which it is the same are mined the same, whatever was mined before them. Not the other way round: it may tell
 * more apart than it has to, and where it is unsure it is the first line itself.
 */
export function shapeSql(message: string, profile: MinerProfile): string {
  // Miners look at the first line that is not blank; of what follows it matters that there is something, unless the
  // line's end is escaped.
  const more = `multiIf(NOT match(${message}, ${textLiteral(MORE)}), '', endsWith(line, '\\\\'), ${message}, '\n')`;
  const line = `extract(${message}, ${textLiteral(FIRST_LINE)})`;
  const isPlain = `length(line) <= ${LINE_BYTES_MAX} AND NOT match(line, ${textLiteral(profile === 'drain3' ? '[^\\t -~]' : CONTROL)})`;
  const shaped = profile === 'drain3' ? maskedSql('line') : wordsSql('line');
  return bind('line', line, `concat(if(${isPlain}, ${shaped}, concat('!', line)), ${more})`);
}

const BLANKS = String.raw`\t-\r\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}`;
const FIRST_LINE = `^[${BLANKS}]*([^\\n]*)`;
/** Something follows it. */
const MORE = `^[${BLANKS}]*[^${BLANKS}][^\\n]*\\n`;
const CONTROL = String.raw`[\x00-\x08\x0a-\x1f\x7f]`;

/** `expression` with a name for what `value` is: lambdas are the only local names that SQL has. */
function bind(name: string, value: string, expression: string): string {
  return `arrayMap(${name} -> ${expression}, [${value}])[1]`;
}

/** The nine masks of the reference profile, one after the other; on ASCII their word boundaries are RE2's. */
const MASKS: readonly (readonly [pattern: string, placeholder: string])[] = [
  [String.raw`\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b`, '<UUID>'],
  [String.raw`\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b`, '<IP>'],
  [String.raw`https?://[^\t ]+`, '<URL>'],
  [String.raw`/api/[a-zA-Z0-9/_.-]+`, '<PATH>'],
  [String.raw`\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b`, '<DATE>'],
  [String.raw`\b[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h)\b`, '<DUR>'],
  [String.raw`\b[0-9a-fA-F]{7,64}\b`, '<HEX>'],
  [String.raw`\b[0-9]+\.[0-9]+\b`, '<FLOAT>'],
  [String.raw`\b[0-9]{4,}\b`, '<NUM>'],
];

function maskedSql(line: string): string {
  return MASKS.reduce((masked, [pattern, placeholder]) => replaceAll(masked, pattern, placeholder), line);
}

/** Bytes that end a word in a regular expression's class. */
const ENDS = String.raw`\t =)\]}<"':,;|(\[{>\x60!?`;
/** A word with a digit in it; the marks beside it that say what it is are taken along: a colon, the end of a name. */
const DIGIT_WORD = `:?[^${ENDS}0-9]*[0-9][^${ENDS}]*(?:"?[\\t ]*:|=)?`;

/**
 * The line with its words that hold digits taken out, and behind it these words without the digits that say nothing.
 * The rules are those of the miner's own line shapes.
 */
function wordsSql(line: string): string {
  const words = `extractAll(${line}, ${textLiteral(DIGIT_WORD)})`;
  const skeleton = replaceAll(line, DIGIT_WORD, '\x01');
  const before = `arrayPopBack(arrayPushFront(words, ''))`;
  const shaped = `arrayMap((w, before) -> ${wordSql('w', 'before')}, words, ${before})`;
  return bind('words', words, `concat(${skeleton}, '\x02', arrayStringConcat(${shaped}, '\x02'))`);
}

/** An address may take the head of a word with it, and what is left may be a name with one digit. */
const ONE_DIGIT_LEFT = '^:?[0-9a-fA-F]*[^0-9]*[0-9][^0-9]*$';

function wordSql(word: string, before: string): string {
  const byColon = `(startsWith(${word}, ':') OR endsWith(${word}, ':') OR endsWith(${before}, ':'))`;
  const is = (pattern: string) => `match(${word}, ${textLiteral(pattern)})`;
  // Groups of an address, which stand by a colon, are told by their length.
  const groups = replaceAll(replaceAll(word, '[0-9]{5,}', '\x03'), '[0-9]+', '\x04');
  // One digit may be part of a name; two are of a value, and only where they stand may matter.
  const quantity = String.raw`^[-+]?[0-9]+(?:\.[0-9]*)?[A-Za-z]{1,5}[.#-]*$`;
  const zeros = `translate(${word}, '0123456789', '0000000000')`;
  return `multiIf(${[
    is(String.raw`[^ -~\t]|=$|"[\t ]*:$`),
    word,
    `NOT ${is('[A-Za-z]')}`,
    `if(${byColon}, ${groups}, ${replaceAll(word, '[0-9]+', '\x04')})`,
    `position(${word}, '..') > 0 OR (${byColon} AND ${is(ONE_DIGIT_LEFT)})`,
    word,
    `position(${word}, '@') > 0`,
    `if(${byColon}, ${word}, ${replaceAll(word, '[0-9]{3,}', '\x04')})`,
    is('[0-9].*[0-9].*[0-9]'),
    `if(${byColon}, ${zeros}, ${runsSql(word)})`,
    `NOT ${byColon} AND ${is(quantity)}`,
    replaceAll(word, '[0-9]+', '\x04'),
    is('[0-9].*[0-9]'),
    zeros,
    word,
  ].join(', ')})`;
}

/** A word with three digits or more: runs that are hexadecimal are told by their length, others lose their digits. */
function runsSql(word: string): string {
  const runs = `extractAll(${word}, '[A-Za-z0-9]+|[^A-Za-z0-9]+')`;
  const isHex = `match(r, '^[0-9a-fA-F]*$') AND match(r, '[a-fA-F]') AND match(r, '[0-9]')`;
  const mark = `concat('\x05', toString(least(length(r), 5)), if(match(r, '^[0-9]'), 'd', 'l'))`;
  const isAddress = `match(r, '^0[xX][0-9a-fA-F]+$')`;
  const shaped = `multiIf(${isHex}, ${mark}, ${isAddress}, '\x06', ${replaceAll('r', '[0-9]+', '\x04')})`;
  return `arrayStringConcat(arrayMap(r -> ${shaped}, ${runs}))`;
}

function replaceAll(text: string, pattern: string, replacement: string): string {
  return `replaceRegexpAll(${text}, ${textLiteral(pattern)}, ${textLiteral(replacement)})`;
}
