import { isHostName } from '../../../src/mine/keyed/host-name.ts';

/**
 * What the scanner of the default miner does with one line of free text, in regular expressions: slow, and meant to be
 * read. Records (JSON, pairs) and the bounds are not in it.
 */
export interface Specified {
  /** Words, and `<*>` for each run of values, joined by a space. */
  key: string;
  /** The values' texts. */
  values: string[];
}

const BLANK = String.raw`\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`;
const MARK = String.raw`=:,;|()\[\]{}"'<>\x60!?\x1b`;
const WIDE_MARK = String.raw`\u3001\u3002\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a-\uff1f`;
const WORD = new RegExp(`[^${BLANK}${MARK}${WIDE_MARK}]+`, 'y');
const URL_REST = new RegExp(String.raw`(?:<\*>)?[^${BLANK}|()\[\]{}"'<>\x60\x1b${WIDE_MARK}]*`, 'y');
const LEADING_BLANK = new RegExp(`^[${BLANK}]*`);
const ASCII_BLANK = new RegExp(String.raw`[\t-\r\x1c-\x20]`);
const ASCII_BREAK = new RegExp(String.raw`[\t-\r\x1c-\x20${MARK}]`);
const ESCAPE_SEQUENCE = new RegExp(String.raw`^\x1b\[[0-?]{0,14}[@-~]`);
const NO_VALUE = new RegExp(String.raw`^(?:$|[\t-\r\x1c-\x20,;)])`);
/** `"-"`, `uid=-`, `server: _,` with what stands around. */
const NO_VALUE_MARK = new RegExp(String.raw`(?:"[-_]"|=[-_](?:[,;${'\\t-\\r\\x1c-\\x20'}]|$)|: [-_](?:[,;]|$))$`);
/** From its bracket to the one that closes it: marks of a list, and a blank behind a comma. */
const LIST = new RegExp(String.raw`[(\[{](?=.*,)(?:[^\t-\r\x1c-\x20=:;|()\[\]{}<>\x60!?\x1b]|(?<=,) )*[)\]}]$`);
const ADDRESS_END = new RegExp(String.raw`^(?:$|[\t-\r\x1c-\x20${MARK}_./-])`);
const NAME = String.raw`(?<=^|[\t-\r\x1c-\x20${MARK}])([A-Za-z][A-Za-z0-9_.-]*)`;
const PAIR = new RegExp(`${NAME}=(?!=|$)`, 'g');
const NAME_BEFORE = new RegExp(`${NAME}$`);
const QUOTED = /^"((?:[^"\\]|\\.)*)"/su;
const MESSAGE_NAME = /^(?:message|msg|log|event|MESSAGE)$/;
const OPENING: Record<string, string> = { ')': '(', ']': '[', '}': '{', '"': '"', "'": "'" };

const VALUE = /^(?:true|True|TRUE|false|False|FALSE|null|Null|NULL|root|Root|ROOT|None|nil|NaN)$/;
const ZONE = /^(?:UTC|GMT|[ECMP][SD]T|CET|CEST|BST|IST|JST|AM|PM|am|pm)$/;
const UNIT = /^(?:B|[kKMGTP]B|[KMGT]iB|[bB]ytes|byte|ms|us|ns|s|secs?|seconds?|mins?|minutes?)$/;
const SWITCH = '(?:[oO]n|ON|[oO]ff|OFF|[yY]es|YES|[nN]o|NO)';
const SWITCH_WORD = new RegExp(`^${SWITCH}$`);
const VALUE_MARK = String.raw`[=:,;|()\[\]{}"'<>\x60]`;
const SWITCH_BEHIND = new RegExp(`^ ?(?:$|${VALUE_MARK}|\n|${SWITCH}(?![A-Za-z]))`);
const MARK_BEFORE = new RegExp(`${VALUE_MARK} ?$`);
const SWITCH_BEFORE = new RegExp(`^${SWITCH}$`);
const WEEKDAY = /^(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)$/;
const MONTHS =
  '(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)';
const MONTH = new RegExp(`^${MONTHS}$`);
const BEFORE_DAY = /^[ ,]{0,2}[0-9]/;
const BEFORE_MONTH_AND_DAY = new RegExp(`^[ ,]{0,2}${MONTHS}(?![A-Za-z])[ ,]{0,2}[0-9]`);

export function specifiedKey(line: string): Specified {
  return new Specification(line).run();
}

class Specification {
  readonly #text: string;
  readonly #first: number;
  readonly #key: string[] = [];
  readonly #values: { start: number; end: number }[] = [];
  /** Where each token of the key begins, a run of values with its first. */
  readonly #starts: number[] = [];
  #wordEnd = -1;
  #dateEnd = -1;
  #nameToken = -1;

  constructor(line: string) {
    this.#text = line;
    this.#first = LEADING_BLANK.exec(line)![0].length;
  }

  run(): Specified {
    for (let at = this.#first; at < this.#text.length;) at = this.#step(at);
    const values = this.#values.map(({ start, end }) => this.#text.slice(start, end));
    return { key: this.#key.join(' '), values };
  }

  #step(at: number): number {
    const text = this.#text;
    const to = at + this.#match(WORD, at).length;
    if (to > at) return this.#word(at, to);
    if (text.startsWith('<*>', at)) {
      this.#value(at, at + 3);
      return at + 3;
    }
    const quoted = this.#quotedValue(at);
    if (quoted !== undefined) {
      this.#value(quoted.start, quoted.end);
      return quoted.end + 1;
    }
    if (text[at] === '\x1b') return at + (ESCAPE_SEQUENCE.exec(text.slice(at))?.[0].length ?? 1);
    if (at === this.#first) return at + 1;
    // A value that is not there: `()`, `""`, `key=` with nothing behind it.
    if (text[at] === '=' && !ASCII_BREAK.test(text[at - 1]!) && NO_VALUE.test(text.slice(at + 1)))
      this.#value(at + 1, at + 1);
    else if (OPENING[text[at]!] === text[at - 1]) this.#value(at, at);
    else if (/[)\]}]/.test(text[at]!)) this.#foldList(at);
    return at + 1;
  }

  /** In a line of three pairs `name=value` and more a text in quotes is one value, but for a message. */
  #quotedValue(at: number): { start: number; end: number } | undefined {
    const text = this.#text;
    if (text[at] !== '=' || (text.slice(this.#first).match(PAIR) ?? []).length < 3) return undefined;
    const name = NAME_BEFORE.exec(text.slice(this.#first, at))?.[1];
    const value = QUOTED.exec(text.slice(at + 1))?.[1];
    if (
      name === undefined ||
      value === undefined ||
      MESSAGE_NAME.test(name) ||
      !ASCII_BLANK.test(value) ||
      value.includes('\x1b')
    )
      return undefined;
    return { start: at + 2, end: at + 2 + value.length };
  }

  #word(from: number, to: number): number {
    const text = this.#text;
    const word = text.slice(from, to);
    const long = this.#longEnd(from, to, word);
    if (long !== undefined) {
      this.#value(long.start, long.end);
      return long.end;
    }
    if (this.#key.length === this.#nameToken && text[from - 1] === ' ') this.#value(from, to);
    else if (/^[A-Za-z]+$/.test(word)) this.#letters(from, to, word);
    else if (/^[0-9]+$/.test(word)) this.#value(from, to);
    else this.#odd(from, to);
    return to;
  }

  /** URLs, paths with a drive, addresses with colons, paths with a query, user agents. */
  #longEnd(from: number, to: number, word: string): { start: number; end: number } | undefined {
    const rest = this.#text.slice(to);
    if (rest.startsWith('://') && /^[A-Za-z][A-Za-z0-9+._-]*$/.test(word)) {
      const end = to + 3 + this.#match(URL_REST, to + 3).replace(/[.,;:!?]+$/, '').length;
      return end > to + 3 ? { start: to + 3, end } : undefined;
    }
    if (/^[A-Za-z]$/.test(word) && /^:(?:\\|\/(?!\/))/.test(rest)) {
      const end = to + 2 + this.#match(WORD, to + 2).replace(/\.+$/, '').length;
      return { start: from, end };
    }
    const address = colonAddress(this.#text.slice(from), word);
    if (address > 0) return { start: from, end: from + address };
    if (word.startsWith('/') && rest.startsWith('?')) {
      const end = to + 1 + this.#match(URL_REST, to + 1).replace(/[.,;:!?]+$/, '').length;
      return { start: from, end };
    }
    if (from > this.#first && this.#text[from - 1] === '"' && /^[A-Za-z][^/]*\/[0-9]/.test(word) && rest.includes('"'))
      return { start: from, end: to + rest.indexOf('"') };
    return undefined;
  }

  #letters(from: number, to: number, word: string): void {
    const rest = this.#text.slice(to);
    if (UNIT.test(word) && this.#isAfterValue(from)) return;
    if (/^[uU]ser$/.test(word)) {
      const isNamed =
        /^(?:for|by|as)$/.test(this.#key.at(-1) ?? '') && this.#wordEnd === from - 1 && this.#text[from - 1] === ' ';
      this.#push(word, to);
      if (isNamed) this.#nameToken = this.#key.length;
    } else if (SWITCH_WORD.test(word) && this.#isAmongMarks(from, to)) this.#value(from, to);
    else if (VALUE.test(word) || (ZONE.test(word) && this.#isAfterValue(from))) this.#value(from, to);
    else if (WEEKDAY.test(word) && (BEFORE_DAY.test(rest) || BEFORE_MONTH_AND_DAY.test(rest))) this.#date(from, to);
    else if (MONTH.test(word) && BEFORE_DAY.test(rest)) this.#date(from, to);
    else if (/^[A-Fa-f]{8,}$/.test(word)) this.#value(from, to);
    else this.#push(word, to);
  }

  /** `( on off )`, `admin: NO`. */
  #isAmongMarks(from: number, to: number): boolean {
    const before = this.#text.slice(this.#first, from);
    const last = this.#values.at(-1);
    const isBehindSwitch =
      this.#isAfterValue(from) && last !== undefined && SWITCH_BEFORE.test(this.#text.slice(last.start, last.end));
    return (MARK_BEFORE.test(before) || isBehindSwitch) && SWITCH_BEHIND.test(this.#text.slice(to));
  }

  #odd(from: number, to: number): void {
    const word = this.#text.slice(from, to);
    if (!hasContent(word)) {
      const around = this.#text.slice(Math.max(this.#first, from - 2), to + 1);
      if (/^[-_]$/.test(word) && NO_VALUE_MARK.test(around)) this.#value(from, to);
      return;
    }
    if (/[0-9]/.test(word) && /[^\0-\x7f]/.test(word)) {
      for (const { 0: part, index } of word.matchAll(/[0-9][0-9.]*(?:(?:\u00b5|\u03bc)s$)?|[^0-9]+/g)) {
        if (/^[0-9]/.test(part)) this.#value(from + index, from + index + part.length);
        else if (hasContent(part)) this.#push(trimmed(part).word, from + index + part.length);
      }
      return;
    }
    let start = 0;
    const leaders = /[A-Za-z]/.test(word) ? [...word.matchAll(/(?<=[^./])\.\.(?=[^/])\.*/gs)] : [];
    for (const leader of leaders) {
      this.#whole(from + start, word.slice(start, leader.index));
      start = leader.index + leader[0].length;
    }
    this.#whole(from + start, word.slice(start));
  }

  #whole(start: number, part: string): void {
    if (!hasContent(part)) return;
    const { word, cut } = trimmed(part);
    const from = start + cut;
    const to = from + word.length;
    const tail = /^([A-Za-z]{2,})(?:\.+|-+|#+)([0-9][0-9.]*)$/.exec(word);
    const object = /^([A-Za-z0-9._$-]*[A-Za-z0-9])@([0-9A-Fa-f.]+)$/.exec(word);
    if (!/[0-9]/.test(part)) {
      if (isNamedValue(word, part)) this.#value(from, to);
      else this.#push(word, to);
    } else if (!/[A-Za-z]/.test(part)) this.#value(from, to);
    else if (tail !== null) {
      this.#push(tail[1]!, from + tail[1]!.length);
      this.#value(to - tail[2]!.length, to);
    } else if (object !== null && digitsIn(object[1]!) <= 1) {
      this.#push(object[1]!, from + object[1]!.length);
      this.#value(to - object[2]!.length, to);
    } else if (this.#isKeyOfPair(part, to) || isName(word, part)) this.#push(word, to);
    else this.#value(from, to);
  }

  #isKeyOfPair(part: string, to: number): boolean {
    return /^[A-Za-z][A-Za-z0-9_-]*$/.test(part) && digitsIn(part) <= 2 && /^=[^=]/s.test(this.#text.slice(to));
  }

  /** `[a, b]`, but for numbers alone: one value. */
  #foldList(at: number): void {
    const list = LIST.exec(this.#text.slice(this.#first, at + 1))?.[0];
    if (list === undefined || OPENING[this.#text[at]!] !== list[0]) return;
    const open = at + 1 - list.length;
    if (open > this.#first && !ASCII_BREAK.test(this.#text[open - 1]!)) return;
    if ((this.#starts[this.#key.findLastIndex((token) => token !== '<*>')] ?? -1) <= open) return;
    while (this.#values.length > 0 && this.#values.at(-1)!.start > open) this.#values.pop();
    while (this.#key.length > 0 && this.#starts[this.#key.length - 1]! > open) this.#key.pop();
    this.#dateEnd = -1;
    this.#value(open + 1, at);
  }

  #push(word: string, end: number): void {
    this.#starts[this.#key.length] = end - word.length;
    this.#key.push(word);
    this.#wordEnd = end;
  }

  #value(start: number, end: number): void {
    const between = start === this.#dateEnd + 1 ? this.#text[start - 1] : undefined;
    this.#dateEnd = between === ' ' || between === ':' ? end : start === this.#dateEnd + 1 ? -1 : this.#dateEnd;
    if (between === ' ') {
      this.#values.at(-1)!.end = end;
      return;
    }
    this.#values.push({ start, end });
    const key = this.#key;
    if (key.at(-1) === '<*>') return;
    if (key.at(-2) === '<*>' && key.at(-1) === key.at(-3)) key.pop();
    else {
      this.#starts[key.length] = start;
      key.push('<*>');
    }
  }

  #date(start: number, end: number): void {
    if (this.#isAfterValue(start)) this.#values.at(-1)!.end = end;
    else this.#value(start, end);
    this.#dateEnd = end;
  }

  #isAfterValue(from: number): boolean {
    return this.#key.at(-1) === '<*>' && this.#values.at(-1)!.end === from - 1 && this.#text[from - 1] === ' ';
  }

  #match(pattern: RegExp, at: number): string {
    pattern.lastIndex = at;
    return pattern.exec(this.#text)?.[0] ?? '';
  }
}

/** Length of a MAC or an IPv6 address at the beginning of `text`, whose first word is `word`; 0 when there is none. */
function colonAddress(text: string, word: string): number {
  if (!/^[0-9A-Fa-f]{1,4}$/.test(word) || !/^:[:0-9A-Fa-f]/.test(text.slice(word.length))) return 0;
  const address = /^[0-9A-Fa-f]+(?::[0-9A-Fa-f]+)*(?:::(?:[0-9A-Fa-f]+(?::[0-9A-Fa-f]+)*)?)?/.exec(text)![0];
  const groups = address.split(/::?/).filter((group) => group !== '');
  if (groups.some((group) => group.length > 4) || groups.length > 20) return 0;
  if (!ADDRESS_END.test(text.slice(address.length))) return 0;
  const isShort = address.includes('::') && groups.length >= 2 && /[0-9]/.test(address);
  return groups.length >= 6 || isShort ? address.length : 0;
}

function trimmed(part: string): { word: string; cut: number } {
  const head = part.replace(/[.#@-]+$/, '');
  const word = head.replace(/^(?:\.(?!\/|\.\/)|[#*$@])+/, '');
  return { word, cut: head.length - word.length };
}

/** One digit, beside a letter: `eth1`. */
function isName(word: string, part: string): boolean {
  if (digitsIn(word) !== 1 || !/[A-Za-z][0-9]|[0-9][A-Za-z]/.test(word) || /^0x/i.test(word)) return false;
  if (/^[-+]?[0-9]+(?:\.[0-9]*)?(?=.{0,5}$)(?:[A-Za-z]*|[A-Za-z]+\/[A-Za-z]*)$/.test(word)) return false;
  return !(/^[0-9A-Fa-f]+$/.test(part) && word.length >= 4) && !isNamedValue(word, part);
}

/** Paths, addresses of people, names of hosts. */
function isNamedValue(word: string, part: string): boolean {
  const bytes = new TextEncoder().encode(word);
  const slashes = word.split('/').length - 1;
  const backslashes = word.split('\\').length - 1;
  if (/^.+@.+$/s.test(word) || backslashes >= 2 || (backslashes === 1 && word.startsWith('\\') && bytes.length > 2))
    return true;
  if (part.includes('/') && (/^[/~]/.test(word) || slashes >= 2 || (slashes === 1 && word.includes('.')))) return true;
  return (
    /^[\w.-]*$/.test(part.replaceAll(/[^\0-\x7f]/g, '')) && part.includes('.') && isHostName(bytes, 0, bytes.length)
  );
}

function hasContent(word: string): boolean {
  return /[A-Za-z0-9]|[^\0-\x7f]/.test(word);
}

function digitsIn(word: string): number {
  return word.replaceAll(/[^0-9]/g, '').length;
}
