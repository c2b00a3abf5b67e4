import { open } from 'node:fs/promises';

import { LEVELS } from '../../src/domain/level.ts';
import type { LogRow } from '../../src/domain/row.ts';
import { outlineFile } from '../../src/sources/file/outline-file.ts';
import type { FileOutline } from '../../src/sources/file/outline-file.ts';
import { readFile } from '../../src/sources/file/read-file.ts';
import type { FileOptions } from '../../src/sources/file/file-options.ts';
import type { FileSummary } from '../../src/sources/file/read-file.ts';
import { ServiceIndex } from '../../src/sources/service-index.ts';

/** A file's rows as objects, in the file's order. */
export async function readRows(options: FileOptions): Promise<{ rows: LogRow[]; summary: FileSummary }> {
  const services = new ServiceIndex();
  const rows: LogRow[] = [];
  const summary = await readFile(options, {
    service: (bytes, start, end) => services.ofBytes(bytes, start, end),
    add: (bytes, start, end, timestamp, level, service) => {
      const message = Buffer.from(bytes.slice(start, end)).toString();
      rows.push({ timestamp, message, level: LEVELS[level], service: services.names[service]! });
    },
  });
  return { rows, summary };
}

/** Both ends of a file that is opened for that. */
export async function outlineOf(options: FileOptions): Promise<FileOutline | undefined> {
  const handle = await open(options.path);
  try {
    return await outlineFile(handle, options);
  } finally {
    await handle.close();
  }
}
