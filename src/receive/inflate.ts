import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import type { ByteBudget } from './byte-budget.ts';
import { ExportError } from './export-error.ts';

export type Encoding = 'gzip' | 'deflate' | 'zstd';

/** Above this many bytes of output the event loop would stand still for too long (about 3 ms). */
const SYNC_BYTES_MAX = 2 << 20;
/** No format packs more than this into one byte but zstd, whose repeats are unbounded. */
const DEFLATE_RATIO_MAX = 1032;
/** Large bodies that may wait for their turn; one more is told to come again. */
const QUEUE_MAX = 64;
const CHUNK_BYTES = 64 << 10;
const CHUNK_BYTES_MIN = 4 << 10;

/**
 * One request body, decompressed, of at most `bytesMax` bytes.
 *
 * On success the budget holds the result's `byteLength`, which the caller releases when done with it; on failure it
 * holds nothing. The result's memory is its own. Fails with `ExportError`: resource_exhausted above `bytesMax`, invalid_argument for bytes that are not
 * of this encoding, unavailable while the budget is spent. Small bodies are inflated on the spot, large ones one after
 * the other on Node's thread pool, so that any number of bombs costs the memory of one.
 */
export function inflate(
  bytes: Uint8Array,
  encoding: Encoding,
  bytesMax: number,
  budget: ByteBudget,
): Promise<Uint8Array> | Uint8Array {
  const declared = declaredBytes(bytes, encoding);
  if (declared !== undefined && declared > bytesMax) throw tooLarge(`${declared} bytes`, bytesMax);
  const syncMax = Math.min(SYNC_BYTES_MAX, bytesMax);
  if (bytes.byteLength <= syncMax && (declared ?? 0) <= syncMax) {
    const inflated = inflateNow(bytes, encoding, syncMax, declared, budget);
    if (inflated !== undefined) return inflated;
    if (syncMax === bytesMax) throw tooLarge('larger', bytesMax);
  }
  return inflateInTurn(bytes, encoding, bytesMax, declared, budget);
}

/** Size after decompression as the sender states it; a hint, for it may lie and multi-member bodies state the last. */
function declaredBytes(bytes: Uint8Array, encoding: Encoding): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (encoding === 'gzip') return gzipIsize(view);
  if (encoding === 'deflate' || bytes.byteLength < 14 || view.getUint32(0, true) !== 0xfd2fb528) return undefined;
  return zstdContentBytes(view);
}

/** ISIZE, RFC 1952; undefined where no such body can be that large: then it is the end of a body cut short. */
function gzipIsize(view: DataView): number | undefined {
  if (view.byteLength < 18) return undefined;
  const isize = view.getUint32(view.byteLength - 4, true);
  return isize <= view.byteLength * DEFLATE_RATIO_MAX ? isize : undefined;
}

/** Frame_Content_Size of the first frame, RFC 8878 section 3.1.1.1. */
function zstdContentBytes(view: DataView): number | undefined {
  const descriptor = view.getUint8(4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
  const at = 5 + (singleSegment ? 0 : 1) + dictionaryBytes;
  const sizeCode = descriptor >> 6;
  if (at + 8 > view.byteLength) return undefined;
  if (sizeCode === 0) return singleSegment ? view.getUint8(at) : undefined;
  if (sizeCode === 1) return view.getUint16(at, true) + 256;
  return sizeCode === 2 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

/** Undefined when the output would exceed `bytesMax`. */
function inflateNow(
  bytes: Uint8Array,
  encoding: Encoding,
  bytesMax: number,
  declared: number | undefined,
  budget: ByteBudget,
): Uint8Array | undefined {
  let inflated: Buffer;
  try {
    inflated = whole(decoderOf(bytes, encoding).sync(bytes, optionsFor(encoding, bytesMax, declared)), bytes);
  } catch (error) {
    if (isTooLarge(error)) return undefined;
    throw notOfEncoding(encoding, error);
  }
  if (!budget.tryAcquire(inflated.byteLength)) throw busy('too much is in flight');
  return inflated;
}

/** End of the queue of large bodies, of the whole process. */
let queueEnd: Promise<unknown> = Promise.resolve();
let queued = 0;

function inflateInTurn(
  bytes: Uint8Array,
  encoding: Encoding,
  bytesMax: number,
  declared: number | undefined,
  budget: ByteBudget,
): Promise<Uint8Array> {
  if (queued >= QUEUE_MAX) return Promise.reject(busy('too many large requests wait to be decompressed'));
  queued++;
  const turn = queueEnd.then(() => inflateLarge(bytes, encoding, bytesMax, declared, budget));
  queueEnd = turn.then(leaveQueue, leaveQueue);
  return turn;
}

function leaveQueue(): void {
  queued--;
}

async function inflateLarge(
  bytes: Uint8Array,
  encoding: Encoding,
  bytesMax: number,
  declared: number | undefined,
  budget: ByteBudget,
): Promise<Uint8Array> {
  if (declared !== undefined && declared > 0) {
    const inflated = await inflateWithin(bytes, encoding, declared, declared, budget);
    if (inflated !== undefined) return inflated;
  }
  // Nothing declared, or not the truth: room for the most that these bytes can be.
  const possible = encoding === 'zstd' ? bytesMax : Math.min(bytesMax, bytes.byteLength * DEFLATE_RATIO_MAX);
  const inflated = await inflateWithin(bytes, encoding, possible, undefined, budget);
  if (inflated === undefined) throw tooLarge('larger', bytesMax);
  return inflated;
}

/** Takes all of `bytesMax` from the budget first, so that output under way is always accounted for. */
async function inflateWithin(
  bytes: Uint8Array,
  encoding: Encoding,
  bytesMax: number,
  declared: number | undefined,
  budget: ByteBudget,
): Promise<Uint8Array | undefined> {
  if (!budget.tryAcquire(bytesMax)) throw busy('too much is in flight');
  try {
    const decoded = await decoderOf(bytes, encoding).async(bytes, optionsFor(encoding, bytesMax, declared));
    const inflated = whole(decoded, bytes);
    budget.release(bytesMax - inflated.byteLength);
    return inflated;
  } catch (error) {
    budget.release(bytesMax);
    if (isTooLarge(error)) return undefined;
    throw notOfEncoding(encoding, error);
  }
}

type DecoderOptions = zlib.ZlibOptions & { info: true };

interface Decoded {
  buffer: Buffer;
  engine: { bytesWritten: number };
}

/** As Node returns it when `info` is set, for which it has no types. */
interface Decoder {
  sync(bytes: Uint8Array, options: DecoderOptions): Decoded;
  async(bytes: Uint8Array, options: DecoderOptions): Promise<Decoded>;
}

const GZIP = { sync: zlib.gunzipSync, async: promisify(zlib.gunzip) } as unknown as Decoder;
const ZLIB = { sync: zlib.inflateSync, async: promisify(zlib.inflate) } as unknown as Decoder;
const RAW = { sync: zlib.inflateRawSync, async: promisify(zlib.inflateRaw) } as unknown as Decoder;
const ZSTD = { sync: zlib.zstdDecompressSync, async: promisify(zlib.zstdDecompress) } as unknown as Decoder;

/** Node stops at the end of a zstd frame or deflate stream and says nothing of what follows: that would be lost. */
function whole(decoded: Decoded, bytes: Uint8Array): Buffer {
  const after = bytes.byteLength - decoded.engine.bytesWritten;
  if (after !== 0) throw new Error(`${after} bytes follow the end of the compressed stream`);
  if (decoded.buffer.byteLength >= Buffer.poolSize / 2) return decoded.buffer;
  // Small buffers share Node's pool, but the result may be moved to another thread.
  const own = Buffer.allocUnsafeSlow(decoded.buffer.byteLength);
  own.set(decoded.buffer);
  return own;
}

function decoderOf(bytes: Uint8Array, encoding: Encoding): Decoder {
  if (encoding === 'gzip') return GZIP;
  if (encoding === 'zstd') return ZSTD;
  // "deflate" means zlib (RFC 9110), but some senders leave its header out (RFC 1950: CM 8, a multiple of 31).
  const first = bytes[0] ?? 0;
  const isZlib = (first & 0x0f) === 8 && ((first << 8) | (bytes[1] ?? 0)) % 31 === 0;
  return isZlib ? ZLIB : RAW;
}

function optionsFor(encoding: Encoding, bytesMax: number, declared: number | undefined): DecoderOptions {
  // With room for all of it in one chunk nothing is copied together at the end.
  const chunkSize = declared === undefined ? CHUNK_BYTES : Math.max(CHUNK_BYTES_MIN, Math.min(declared, bytesMax) + 1);
  const options: DecoderOptions = { maxOutputLength: bytesMax, chunkSize, info: true };
  if (encoding !== 'zstd') return options;
  const windowLogMax = Math.min(27, Math.max(20, Math.ceil(Math.log2(bytesMax))));
  return Object.assign(options, { params: { [zlib.constants.ZSTD_d_windowLogMax]: windowLogMax } });
}

function isTooLarge(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
}

function tooLarge(got: string, bytesMax: number): ExportError {
  return new ExportError('resource_exhausted', `request is ${got} after decompression, the limit is ${bytesMax} bytes`);
}

function notOfEncoding(encoding: Encoding, cause: unknown): ExportError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ExportError('invalid_argument', `${encoding}: ${reason}`, { cause });
}

function busy(reason: string): ExportError {
  return new ExportError('unavailable', `${reason}, try again`, { retryAfterSeconds: 1 });
}
