import { existsSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import type { Plugin } from 'rolldown';

/**
 * `npm run build:package [-- FOLDER]`: the sources as JavaScript in `lib/`, as Node strips no types under `node_modules`,
 * and as few files, each of which makes a start longer. Dependencies stay packages. A worker is a program of its own: what
 * it shares with others stands in its files again.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = join(ROOT, 'src/');
const OWN_LIB = join(ROOT, 'lib');
const LIB = resolve(process.argv[2] ?? OWN_LIB);
/** How a source names a file beside it: a worker, or one that the package has as it is. */
const NAMED_FILE = /new URL\('(\.[^']*)', import\.meta\.url\)/g;

const entries = [join(ROOT, 'src/halfspace.ts')];
const built = new Map<string, string>();

if (LIB === OWN_LIB) rmSync(LIB, { recursive: true, force: true });
else if (existsSync(LIB)) throw new Error(`there is ${LIB} already: name a folder that is not there`);
for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
  const name = nameOf(entry);
  const same = built.get(name);
  if (same === entry) continue;
  if (same !== undefined) throw new Error(`${same} and ${entry} would both be ${name}.js`);
  built.set(name, entry);
  await build(entry, name);
}

/** What the entry needs at its start is one file, beside those of what it imports later. */
async function build(entry: string, name: string): Promise<void> {
  const bundle = await rolldown({
    input: { [name]: entry },
    platform: 'node',
    external: /^[^./]/,
    tsconfig: false,
    plugins: [namedFiles()],
  });
  const { output } = await bundle.write({
    dir: LIB,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    codeSplitting: { groups: [{ name: `${name}-start`, tags: ['$initial'], test: (id) => id !== entry }] },
  });
  await bundle.close();
  for (const file of output.filter((one) => one.type === 'chunk')) {
    // While the entry awaits something nobody can import it: both would wait for ever.
    if (file.imports.includes(`${name}.js`))
      throw new Error(`${file.fileName} imports ${name}.js, which may wait for it`);
    if (/new URL\("\.[^"]*\.ts"/.test(file.code)) throw new Error(`${file.fileName} still names a source`);
  }
}

/** All files of the package lie in one folder: names of others are made to be right from there. */
function namedFiles(): Plugin {
  return {
    name: 'named-files',
    transform(code, id) {
      if (!id.startsWith(SOURCES)) return null;
      const rest = code.replaceAll(NAMED_FILE, '');
      if (rest.includes('import.meta')) throw new Error(`${id} uses import.meta for what it is not known for here`);
      return code.replaceAll(NAMED_FILE, (_, path: string) => {
        const file = join(dirname(id), path);
        const isWorker = file.endsWith('.ts');
        if (isWorker) entries.push(file);
        return `new URL('${isWorker ? `./${nameOf(file)}.js` : `../${relative(ROOT, file)}`}', import.meta.url)`;
      });
    },
  };
}

function nameOf(entry: string): string {
  return basename(entry, '.ts');
}
