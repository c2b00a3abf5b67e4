import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../shared/', import.meta.url));

/** Whether the folder with real logs and golden results stands beside the checkout; a plain clone has none. */
export const shared: boolean = existsSync(root);

/** Absolute path of a file in that folder. */
export function sharedPath(path: string): string {
  return root + path;
}

if (!shared) {
  console.warn(
    'SKIPPED: ../shared (real logs and golden results) is not beside this checkout; tests that read it are skipped',
  );
}
