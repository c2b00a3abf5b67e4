import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { MEMORY_PAGES } from '../src/mine/simd/assembly/layout.ts';

const ENTRY = 'src/mine/simd/assembly/index.ts';
export const SIMD_FILE = 'src/mine/simd/simd-bytes.ts';
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** `npm run simd`: compiles the scanners in AssemblyScript and writes the module's bytes to where `mine` loads them from. */
if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(join(ROOT, SIMD_FILE), await simdSource());

/** Text of the file that holds the module's bytes; the same from the same sources. */
export async function simdSource(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'halfspace-simd-'));
  try {
    const module = join(folder, 'module.wasm');
    const pages = String(MEMORY_PAGES);
    const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--use', 'abort='];
    const memory = ['--initialMemory', pages, '--maximumMemory', pages];
    const asc = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'));
    await promisify(execFile)(process.execPath, [asc, ENTRY, '-o', module, ...options, ...memory], { cwd: ROOT });
    const base64 = (await readFile(module)).toString('base64');
    return `/** Made by \`npm run simd\` from the sources in \`assembly\`. */\nexport const SIMD_BYTES =\n  '${base64}';\n`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
