import type { ByteBudget } from './byte-budget.ts';
import { ExportError } from './export-error.ts';
import { freeMemory } from './http-body-buffer.ts';
import { inflate } from './inflate.ts';
import type { Encoding } from './inflate.ts';

/** RFC 9110 section 8.4.1, with the aliases that OTLP senders use; undefined: the body is as it is. */
const ENCODINGS: ReadonlyMap<string, Encoding | undefined> = new Map([
  ['', undefined],
  ['identity', undefined],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['zlib', 'deflate'],
  ['zstd', 'zstd'],
]);

/** Reads a Content-Encoding header; throws `ExportError` invalid_argument for one that is not supported. */
export function parseContentEncoding(header: string | string[] | undefined): Encoding | undefined {
  const value = String(header ?? '');
  const name = value.trim().toLowerCase();
  if (!ENCODINGS.has(name)) {
    // Encodings on top of each other are refused as well: no sender uses them but to build bombs.
    const got = JSON.stringify(value.slice(0, 64));
    throw new ExportError('invalid_argument', `content-encoding ${got} is not one of gzip, deflate, zstd, identity`);
  }
  return ENCODINGS.get(name);
}

/**
 * The body as it was before `encoding`; `body` itself is freed. Takes over the budget's hold on `body` and returns with one on the result; when
 * it throws, the budget holds nothing.
 */
export async function decodeContent(
  body: Uint8Array,
  encoding: Encoding | undefined,
  bytesMax: number,
  budget: ByteBudget,
): Promise<Uint8Array> {
  if (encoding === undefined) return body;
  const bodyBytes = body.byteLength;
  try {
    return await inflate(body, encoding, bytesMax, budget);
  } finally {
    budget.release(bodyBytes);
    freeMemory(body);
  }
}

export type { Encoding };
