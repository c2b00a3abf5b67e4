/**
 * Stable identity of a (service, template) pair: 16 hex digits, the same on every machine and after every restart.
 * Two 32-bit MurmurHash3 sums with different seeds over the UTF-16 units of `service NUL template`.
 */
export function fingerprint(service: string, template: string): string {
  const text = `${service}\0${template}`;
  return hex(murmur3(text, 0x9747b28c)) + hex(murmur3(text, 0x3c6ef372));
}

/** MurmurHash3 x86 32-bit over UTF-16 units, two to a block. Unsigned. */
export function murmur3(text: string, seed: number): number {
  let hash = seed | 0;
  for (let i = 0; i < text.length; i += 2) {
    let block = text.charCodeAt(i) | ((i + 1 < text.length ? text.charCodeAt(i + 1) : 0) << 16);
    block = Math.imul(block, 0xcc9e2d51);
    block = (block << 15) | (block >>> 17);
    hash ^= Math.imul(block, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= text.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
