import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npm run build:package`: the sources as JavaScript in `lib/`, as Node strips no types under `node_modules`. Beside
 * imports, which the compiler rewrites, workers are named by `new URL('./x.ts', import.meta.url)`.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LIB = join(ROOT, 'lib');

rmSync(LIB, { recursive: true, force: true });
execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.package.json'], {
  cwd: ROOT,
  stdio: 'inherit',
});
for (const name of readdirSync(LIB, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.js')) continue;
  const file = join(LIB, name);
  const code = readFileSync(file, 'utf8');
  const rewritten = code.replaceAll(/(new URL\('\.[^']*)\.ts(', import\.meta\.url\))/g, '$1.js$2');
  if (/['"`]\.[^'"`\n]*\.ts['"`]/.test(rewritten)) throw new Error(`${name} still names a source by its .ts`);
  if (rewritten !== code) writeFileSync(file, rewritten);
}
