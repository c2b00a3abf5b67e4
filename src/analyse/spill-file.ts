import { closeSync, mkdtempSync, openSync, readSync, rmdirSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PACKED_ROW_HEADER_BYTES, writePackedHeader } from '../domain/packed-rows.ts';
import { SourceError } from '../sources/source-error.ts';
import { copyBytes, readLength } from './row-run.ts';
import type { RowCursor } from './row-run.ts';

const WRITE_BUFFER_BYTES = 1 << 20;
const READ_BUFFER_BYTES_MIN = 64 << 10;
const READ_BUFFERS_BYTES = 16 << 20;
/** u32 service number, then the packed row. */
const RECORD_HEADER_BYTES = 4 + PACKED_ROW_HEADER_BYTES;

interface Segment {
  start: number;
  end: number;
}

/**
 * Sorted runs that did not fit into memory, one after the other in one temporary file. Its name is removed as soon as
 * it is open, so that nothing stays behind however the process ends.
 */
export class SpillFile {
  readonly #directory: string;
  readonly #segments: Segment[] = [];
  #fd: number | undefined;
  #size = 0;

  constructor(directory: string = tmpdir()) {
    this.#directory = directory;
  }

  get runs(): number {
    return this.#segments.length;
  }

  get bytes(): number {
    return this.#size;
  }

  /** Writes all rows of a sorted stream. Throws a `SourceError` when there is no room. */
  append(rows: RowCursor): void {
    const buffer = new Uint8Array(WRITE_BUFFER_BYTES);
    const view = new DataView(buffer.buffer);
    const start = this.#size;
    let used = 0;
    while (rows.next()) {
      const length = rows.messageEnd - rows.messageStart;
      if (used + RECORD_HEADER_BYTES + length > buffer.length) {
        this.#write(buffer, used);
        used = 0;
      }
      // A message of a megabyte fills the whole buffer: its header goes alone, the text straight from where it is.
      const direct = RECORD_HEADER_BYTES + length > buffer.length;
      view.setUint32(used, rows.service, true);
      writePackedHeader(view, used + 4, length, rows.timestampMs, rows.level);
      used += RECORD_HEADER_BYTES;
      if (direct) {
        this.#write(buffer, used);
        this.#write(rows.bytes.subarray(rows.messageStart, rows.messageEnd), length);
        used = 0;
      } else {
        copyBytes(rows.bytes, rows.messageStart, rows.messageEnd, buffer, used);
        used += length;
      }
    }
    this.#write(buffer, used);
    this.#segments.push({ start, end: this.#size });
  }

  cursors(): RowCursor[] {
    const fd = this.#fd;
    if (fd === undefined) return [];
    const share = Math.floor(READ_BUFFERS_BYTES / this.#segments.length);
    const bufferBytes = Math.min(Math.max(share, READ_BUFFER_BYTES_MIN), 1 << 20);
    return this.#segments.map((segment) => new SpillCursor(fd, segment, bufferBytes));
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #write(bytes: Uint8Array, length: number): void {
    try {
      this.#fd ??= openUnnamed(this.#directory);
      for (let done = 0; done < length;) {
        const written = writeSync(this.#fd, bytes, done, length - done, this.#size);
        done += written;
        this.#size += written;
      }
    } catch (cause) {
      const problem = cause instanceof Error ? cause.message : String(cause);
      throw new SourceError(
        'no_room',
        `the window does not fit into memory and sorting it on disk in ${this.#directory} failed (${problem}): ` +
          'free some room, point TMPDIR elsewhere or ask for a shorter window',
        { cause },
      );
    }
  }
}

class SpillCursor implements RowCursor {
  bytes: Uint8Array;
  messageStart = 0;
  messageEnd = 0;
  timestampMs = 0;
  level = 0;
  service = 0;
  #view: DataView;
  readonly #fd: number;
  /** File offsets of what has not been read yet. */
  #position: number;
  readonly #fileEnd: number;
  #at = 0;
  #filled = 0;

  constructor(fd: number, segment: Segment, bufferBytes: number) {
    this.bytes = new Uint8Array(bufferBytes);
    this.#view = new DataView(this.bytes.buffer);
    this.#fd = fd;
    this.#position = segment.start;
    this.#fileEnd = segment.end;
  }

  next(): boolean {
    if (this.#filled - this.#at < RECORD_HEADER_BYTES && !this.#fill(RECORD_HEADER_BYTES)) return false;
    const total = RECORD_HEADER_BYTES + readLength(this.bytes, this.#at + 4);
    if (this.#filled - this.#at < total) this.#fill(total);
    const at = this.#at;
    this.service = this.#view.getUint32(at, true);
    this.timestampMs = this.#view.getFloat64(at + 8, true);
    this.level = this.bytes[at + 16] as number;
    this.messageStart = at + RECORD_HEADER_BYTES;
    this.messageEnd = at + total;
    this.#at = at + total;
    return true;
  }

  /** Moves what is left to the front and reads on until `needed` bytes stand there; false at the end of the run. */
  #fill(needed: number): boolean {
    const left = this.#filled - this.#at;
    if (left === 0 && this.#position >= this.#fileEnd) return false;
    const target = needed > this.bytes.length ? new Uint8Array(needed) : this.bytes;
    target.set(this.bytes.subarray(this.#at, this.#filled));
    if (target !== this.bytes) {
      this.bytes = target;
      this.#view = new DataView(target.buffer);
    }
    this.#at = 0;
    this.#filled = left;
    while (this.#filled < needed) {
      const wanted = Math.min(target.length - this.#filled, this.#fileEnd - this.#position);
      const got = wanted === 0 ? 0 : readSync(this.#fd, target, this.#filled, wanted, this.#position);
      if (got === 0) throw new SourceError('source_unreadable', 'the temporary file of a sorted window was cut short');
      this.#filled += got;
      this.#position += got;
    }
    return true;
  }
}

function openUnnamed(directory: string): number {
  const folder = mkdtempSync(join(directory, 'halfspace-'));
  const path = join(folder, 'rows');
  try {
    const fd = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return fd;
  } finally {
    rmdirSync(folder);
  }
}
