import type { ParameterSpans } from '../template-miner.ts';
import type { KeyedTemplate } from './keyed-template.ts';
import { matchesOpen, runOf } from './open-match.ts';
import { scanPlainly } from './plain-line.ts';
import { scanMessage } from './scan-message.ts';
import { KEY_TOKENS_MAX, OTHER, scratch, VARIABLE, WORD } from './scratch.ts';

const SPANS_MAX = 2 * KEY_TOKENS_MAX;

const spans: ParameterSpans = {
  count: 0,
  plain: undefined,
  start: new Int32Array(SPANS_MAX),
  end: new Int32Array(SPANS_MAX),
  kind: new Uint8Array(SPANS_MAX),
};

/** The line's values in its order, with the place in the template that each is of; scratch space of the thread. */
const values = {
  count: 0,
  start: new Int32Array(SPANS_MAX),
  end: new Int32Array(SPANS_MAX),
  kind: new Uint8Array(SPANS_MAX),
  owner: new Int32Array(SPANS_MAX),
};

/**
 * As many spans as the template's text has placeholders. A run of values that has as many as the template's gives one
 * each; another is one value, with empty spans for the run's further placeholders.
 */
export function parameterSpans(
  template: KeyedTemplate,
  message: Uint8Array,
  start: number,
  end: number,
): ParameterSpans {
  const places = (template.places ??= placesOf(template));
  const bytes = scanPlainly(message, start, end);
  spans.plain = bytes === message ? undefined : bytes;
  spans.count = 0;
  if (!matchesOpen(template.key, template.openRuns, bytes)) return spans;
  collectValues();
  for (let place = 0; place < places.length;) {
    const owner = places[place]!;
    const from = place;
    while (place < places.length && places[place] === owner) place++;
    pushRun(owner, place - from);
  }
  return spans;
}

/** Owner of each placeholder of the text: number of the run, or `-1 - token` of a record's field. */
function placesOf(template: KeyedTemplate): Int32Array {
  const { textBytes } = template;
  scanMessage(textBytes, 0, textBytes.length);
  if (!matchesOpen(template.key, 0, textBytes)) return new Int32Array(0);
  collectValues();
  return values.owner.slice(0, values.count);
}

/** Variables of the line in `scratch` that are not empty, and words that stand for a variable of the template. */
function collectValues(): void {
  const { keyCount, keyStart, keyEnd, variableCount, variableStart, variableEnd, variableKind, variableToken } =
    scratch;
  values.count = 0;
  for (let i = 0; i < variableCount; i++) {
    if (variableEnd[i] === variableStart[i]) continue;
    const token = variableToken[i]!;
    const owner = keyStart[token] === VARIABLE ? runOf[token]! : -1 - token;
    insertValue(variableStart[i]!, variableEnd[i]!, variableKind[i]!, owner);
  }
  for (let token = 0; token < keyCount; token++)
    if (keyStart[token]! >= 0 && runOf[token]! >= 0) insertValue(keyStart[token]!, keyEnd[token]!, WORD, runOf[token]!);
}

/** In the order of the text. */
function insertValue(start: number, end: number, kind: number, owner: number): void {
  let at = values.count++;
  for (; at > 0 && values.start[at - 1]! > start; at--) {
    values.start[at] = values.start[at - 1]!;
    values.end[at] = values.end[at - 1]!;
    values.kind[at] = values.kind[at - 1]!;
    values.owner[at] = values.owner[at - 1]!;
  }
  values.start[at] = start;
  values.end[at] = end;
  values.kind[at] = kind;
  values.owner[at] = owner;
}

function pushRun(owner: number, places: number): void {
  let first = -1;
  let last = -1;
  let found = 0;
  for (let i = 0; i < values.count; i++) {
    if (values.owner[i] !== owner) continue;
    if (found++ === 0) first = i;
    last = i;
  }
  if (found === places) {
    for (let i = first; i <= last; i++)
      if (values.owner[i] === owner) push(values.start[i]!, values.end[i]!, values.kind[i]!);
    return;
  }
  if (found === 0) push(scratch.lineEnd, scratch.lineEnd, OTHER);
  else push(values.start[first]!, values.end[last]!, found === 1 ? values.kind[first]! : OTHER);
  for (let i = 1; i < places; i++) push(scratch.lineEnd, scratch.lineEnd, OTHER);
}

function push(start: number, end: number, kind: number): void {
  const at = spans.count++;
  spans.start[at] = start;
  spans.end[at] = end;
  spans.kind[at] = kind;
}
