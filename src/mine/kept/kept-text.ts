/** A longer text is no template. */
const KEPT_BYTES_MAX = 4096;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
/** What a decoder puts for bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd';

/**
 * The canonical text of a template that a sender gave, `bytes[start, end)`: its first line that is not blank, runs of
 * white space as one space. Undefined when it is none: blank, too long, or no UTF-8.
 */
export function keptText(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start > KEPT_BYTES_MAX) return undefined;
  // slice, not subarray: a decoder refuses views of shared memory.
  const text = decoder.decode(bytes.slice(start, end)).trimStart();
  const firstLine = text
    .split(/[\r\n]/, 1)[0]!
    .trimEnd()
    .replaceAll(/\s+/g, ' ');
  return firstLine === '' || firstLine.includes(REPLACEMENT) ? undefined : firstLine;
}
