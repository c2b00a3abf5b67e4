import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PAGES } from '../src/analyse/count/assembly/layout.ts';
import { MEMORY_PAGES } from '../src/mine/simd/assembly/layout.ts';

interface SimdModule {
  /** Folder of its sources in AssemblyScript. */
  sources: string;
  /** What is written, and the name that it exports. */
  file: string;
  name: string;
  /** Of 64 KiB. */
  pages: number;
}

export const SIMD_MODULES: readonly SimdModule[] = [
  { sources: 'src/mine/simd/assembly', file: 'src/mine/simd/simd-bytes.ts', name: 'SIMD_BYTES', pages: MEMORY_PAGES },
  {
    sources: 'src/analyse/count/assembly',
    file: 'src/analyse/count/count-bytes.ts',
    name: 'COUNT_BYTES',
    pages: PAGES,
  },
];
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** `npm run simd`: compiles the scanners in AssemblyScript and writes the modules' bytes to where they are loaded from. */
if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const module of SIMD_MODULES) await writeFile(join(ROOT, module.file), await simdSource(module));

/** Text of the file that holds the module's bytes; the same from the same sources. */
export async function simdSource({ sources, name, pages: count }: SimdModule): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'halfspace-simd-'));
  try {
    const module = join(folder, 'module.wasm');
    const pages = String(count);
    const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--use', 'abort='];
    const memory = ['--initialMemory', pages, '--maximumMemory', pages];
    const asc = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'));
    await promisify(execFile)(process.execPath, [asc, `${sources}/index.ts`, '-o', module, ...options, ...memory], {
      cwd: ROOT,
    });
    const base64 = (await readFile(module)).toString('base64');
    return `/** Made by \`npm run simd\` from the sources in \`assembly\`. */\nexport const ${name} =\n  '${base64}';\n`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
