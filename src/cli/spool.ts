import {
  closeSync,
  createReadStream,
  mkdtempSync,
  openSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { UsageError } from './command-context.ts';

/** A file that can be read more than once; `path` may be another than the one asked for. */
export interface ReadablePath {
  path: string;
  close(): void;
}

/**
 * Standard input (`-`) and pipes are written to a temporary file first, whose name is removed at once, so that nothing
 * stays behind however the process ends. Any other path is taken as it is; an empty one is a `UsageError`.
 */
export async function readablePath(path: string, standardInput: AsyncIterable<Buffer>): Promise<ReadablePath> {
  if (path === '') throw new UsageError('the name of a file is empty');
  if (path !== '-' && !isPipe(path)) return { path, close: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-'));
  const name = join(folder, 'input');
  const fd = openSync(name, 'wx+', 0o600);
  unlinkSync(name);
  rmdirSync(folder);
  try {
    for await (const chunk of path === '-' ? standardInput : createReadStream(path)) writeAll(fd, chunk as Buffer);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return { path: `/dev/fd/${fd}`, close: () => closeSync(fd) };
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}

function isPipe(path: string): boolean {
  try {
    return statSync(path).isFIFO();
  } catch {
    return false; // whoever reads it says what is wrong
  }
}
