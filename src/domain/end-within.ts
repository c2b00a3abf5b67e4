/** Where the text `bytes[start, end)` ends when it is cut to `bytesMax` bytes, or fewer so that no UTF-8 character is split. */
export function endWithin(bytes: Uint8Array, start: number, end: number, bytesMax: number): number {
  if (end - start <= bytesMax) return end;
  let cut = start + bytesMax;
  while (cut > start && (bytes[cut]! & 0xc0) === 0x80) cut--;
  return cut;
}
