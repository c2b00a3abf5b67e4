import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** Writes what it is given to a file that was last changed at `modifiedMs`, and answers its path; gone after the tests. */
export function datedFile(name: string, modifiedMs: number): (content: string) => string {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), `halfspace-${name}-`));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return (content) => {
    const path = join(folder, 'rows');
    writeFileSync(path, content);
    utimesSync(path, modifiedMs / 1000, modifiedMs / 1000);
    return path;
  };
}
