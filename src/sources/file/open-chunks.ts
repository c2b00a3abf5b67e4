import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

import { SourceError } from '../source-error.ts';
import type { SourceErrorCode } from '../source-error.ts';
import { checkOpened, NO_FILE, OPEN_FLAGS } from './opened-file.ts';

const CHUNK_BYTES = 512 << 10;

export interface OpenedFile {
  /** Epoch milliseconds, whole. */
  modifiedMs: number;
  /** The text's bytes in pieces, decompressed. A piece is good until the next is asked for. */
  chunks: AsyncIterable<Buffer>;
}

/**
 * Opens a log file to be read once, from its head to the end that it has now. gzip and zstd are known by their first
 * bytes. Throws a `SourceError` that says what is wrong; reading does so too.
 *
 * @param root folder that the file has to be in; anywhere when undefined
 * @param onRead told the bytes of the file that were read, as they lie on the disk.
 */
export async function openChunks(
  path: string,
  root?: string,
  onRead: (bytes: number) => void = () => {},
): Promise<OpenedFile> {
  const handle = await openRegular(path, root);
  try {
    const { size, mtimeMs } = await handle.stat();
    const magic = Buffer.alloc(4);
    await handle.read(magic, 0, 4, 0);
    return {
      modifiedMs: Math.floor(mtimeMs),
      chunks: guarded(path, handle, decoded(magic, rawChunks(handle, size, onRead))),
    };
  } catch (error) {
    await handle.close();
    throw asSourceError(path, error);
  }
}

async function openRegular(path: string, root: string | undefined): Promise<FileHandle> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, OPEN_FLAGS);
    checkOpened(handle.fd, path, root);
    return handle;
  } catch (error) {
    await handle?.close();
    throw asSourceError(path, error);
  }
}

async function* guarded(path: string, handle: FileHandle, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    throw asSourceError(path, error);
  } finally {
    await handle.close();
  }
}

function decoded(magic: Buffer, raw: AsyncGenerator<Buffer>): AsyncIterable<Buffer> {
  if (magic[0] === 0x1f && magic[1] === 0x8b) {
    return through(createGunzip({ chunkSize: CHUNK_BYTES }), raw);
  }
  if (magic.readUInt32LE(0) === 0xfd2fb528) return zstdChunks(raw);
  if ((magic[0] === 0xff && magic[1] === 0xfe) || (magic[0] === 0xfe && magic[1] === 0xff)) {
    return utf16Chunks(raw, magic[0] === 0xff ? 'utf-16le' : 'utf-16be');
  }
  return raw;
}

/** Every piece in a buffer of its own only where somebody keeps it: streams do, so the buffer changes each time. */
async function* rawChunks(handle: FileHandle, size: number, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  for (let position = 0; position < size;) {
    const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, size - position));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    onRead(bytesRead);
    yield buffer.subarray(0, bytesRead);
  }
}

/** Node's decompressor stops at the end of the first frame and drops the rest in silence: one a frame, then. */
async function* zstdChunks(raw: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let exhausted = false;
  while (!exhausted || rest.length > 0) {
    const fed: Buffer[] = [];
    let fedBytes = 0;
    let settledBytes = 0;
    const feed = async function* (): AsyncGenerator<Buffer> {
      for (;;) {
        let chunk = rest.shift();
        if (chunk === undefined) {
          const next = await raw.next();
          if (next.done === true) {
            exhausted = true;
            return;
          }
          chunk = next.value;
        }
        fed.push(chunk);
        fedBytes += chunk.length;
        yield chunk;
      }
    };
    const decompress = createZstdDecompress({ chunkSize: CHUNK_BYTES });
    for await (const chunk of through(decompress, feed())) {
      yield chunk;
      while (fed[0] !== undefined && settledBytes + fed[0].length <= decompress.bytesWritten) {
        settledBytes += fed[0].length;
        fed.shift();
      }
    }
    const left = Buffer.concat(fed).subarray(decompress.bytesWritten - settledBytes);
    if (exhausted && left.length === fedBytes && fedBytes > 0)
      throw new Error('the compressed data has a broken frame');
    rest = left.length > 0 ? [left, ...rest] : rest;
    if (rest.length === 0 && !exhausted) {
      const next = await raw.next();
      if (next.done === true) exhausted = true;
      else rest = [next.value];
    }
  }
}

async function* through(decompress: Transform, raw: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const input = Readable.from(raw, { objectMode: true, highWaterMark: 1 });
  input.on('error', (error) => decompress.destroy(error));
  input.pipe(decompress);
  try {
    for await (const chunk of decompress) yield chunk as Buffer;
  } finally {
    input.unpipe(decompress);
    input.destroy();
  }
}

async function* utf16Chunks(raw: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of raw) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}

const KNOWN: Readonly<Record<string, [SourceErrorCode, string]>> = {
  ENOENT: ['source_not_found', 'there is no such file: check the path'],
  ENOTDIR: ['source_not_found', 'a part of the path is not a folder'],
  EACCES: ['source_permission_denied', 'this process may not read it: give its user permission to'],
  EPERM: ['source_permission_denied', 'this process may not read it: give its user permission to'],
  EISDIR: ['source_not_a_file', 'it is a folder: name files in it, or a pattern'],
  ENAMETOOLONG: ['source_not_found', 'the path is too long'],
  ELOOP: ['source_not_found', 'its links lead round in a circle'],
  ENXIO: ['source_not_a_file', `it is ${NO_FILE}`],
};

function asSourceError(path: string, error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = KNOWN[code];
  if (known !== undefined) return new SourceError(known[0], `cannot read ${path}: ${known[1]}`, { cause: error });
  const problem = error instanceof Error ? error.message : String(error);
  const compressed = code.startsWith('Z_') || code.startsWith('ZSTD_') || problem.includes('frame');
  const what = compressed ? `its compressed data is damaged or cut short (${problem})` : problem;
  return new SourceError('source_unreadable', `cannot read ${path}: ${what}`, { cause: error });
}
