/**
 * Just enough of the protobuf wire format to write the small messages that a receiver answers with. As in proto3, a
 * field that has its default value is not written.
 */
export function varintField(field: number, value: number): Uint8Array {
  return value === 0 ? EMPTY : Uint8Array.from([...varint(field * 8), ...varint(value)]);
}

/** A string, bytes or message field. */
export function bytesField(field: number, value: string | Uint8Array): Uint8Array {
  const bytes = typeof value === 'string' ? encoder.encode(value) : value;
  if (bytes.length === 0) return EMPTY;
  return concatFields([Uint8Array.from([...varint(field * 8 + LENGTH_DELIMITED), ...varint(bytes.length)]), bytes]);
}

export function concatFields(fields: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(fields));
}

/** At most `bytesMax` bytes of UTF-8, cut between characters. */
export function truncateUtf8(text: string, bytesMax: number): string {
  // A UTF-16 unit is at least one byte, so what lies behind bytesMax units cannot be wanted.
  const bytes = encoder.encode(text.slice(0, bytesMax));
  if (bytes.length <= bytesMax && text.length <= bytesMax) return text.isWellFormed() ? text : text.toWellFormed();
  let end = Math.min(bytesMax, bytes.length);
  while (end > 0 && (bytes[end] ?? 0) >> 6 === CONTINUATION_BYTE) end--;
  return new TextDecoder().decode(bytes.subarray(0, end));
}

const EMPTY = new Uint8Array(0);
const LENGTH_DELIMITED = 2;
const CONTINUATION_BYTE = 0b10;
const encoder = new TextEncoder();

/** Of a safe, non-negative integer: shifts would cut it at 32 bits. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  while (value > 0x7f) {
    bytes.push((value % 0x80) | 0x80);
    value = Math.floor(value / 0x80);
  }
  bytes.push(value);
  return bytes;
}
