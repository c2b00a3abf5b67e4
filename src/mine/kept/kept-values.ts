import type { ParameterSpans } from '../template-miner.ts';

const SPANS_MAX = 32;
const NUMBER = 0;
const OTHER = 2;
/** Bytes of a message in which the template's words are looked for. */
const LOOKED_AT_MAX = 4096;
const PLACEHOLDER = /<(?:\*|[A-Z_]+)>/;
const NUMBER_TEXT = /^[-+]?\d+(?:\.\d+)?[a-zµ]{0,3}$/i;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const spans: ParameterSpans = {
  count: 0,
  plain: undefined,
  start: new Int32Array(SPANS_MAX),
  end: new Int32Array(SPANS_MAX),
  kind: new Uint8Array(SPANS_MAX),
};

/**
 * What stands in a message between the constant parts of a template's text, each part looked for behind the one before.
 * None where the message does not have them all: how the sender cut its lines is not known. Scratch space of the thread.
 */
export function keptValues(text: string, bytes: Uint8Array, start: number, end: number): ParameterSpans {
  const stop = Math.min(end, start + LOOKED_AT_MAX);
  const constants = text.split(PLACEHOLDER, SPANS_MAX + 1).map((constant) => encoder.encode(constant));
  let at = start;
  spans.count = 0;
  for (const [index, constant] of constants.entries()) {
    const isLast = index === constants.length - 1;
    const found = isLast && constant.length === 0 ? stop : indexOf(bytes, constant, at, stop);
    // Text in front of the first constant part is a sender's prefix and no value.
    if (found < 0) return none();
    if (index > 0) push(bytes, at, found);
    at = found + constant.length;
  }
  return spans;
}

function none(): ParameterSpans {
  spans.count = 0;
  return spans;
}

function push(bytes: Uint8Array, start: number, end: number): void {
  const at = spans.count++;
  spans.start[at] = start;
  spans.end[at] = end;
  const isShort = end > start && end - start <= 32;
  spans.kind[at] = isShort && NUMBER_TEXT.test(decoder.decode(bytes.slice(start, end))) ? NUMBER : OTHER;
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number, stop: number): number {
  for (let at = from; at + wanted.length <= stop; at++) {
    let same = 0;
    while (same < wanted.length && bytes[at + same] === wanted[same]) same++;
    if (same === wanted.length) return at;
  }
  return -1;
}
