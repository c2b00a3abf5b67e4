#!/usr/bin/env node
// The command of the npm package. Plain JavaScript for Node 20, which has to get far enough to find Node 24, or to say
// that there is none.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as nodeModule from 'node:module';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 24;
/** The service lives long beside others: a small young generation, as `npm start` has it. */
const SERVICE_FLAGS = ['--max-semi-space-size=2', '--initial-old-space-size=64'];

const self = fileURLToPath(import.meta.url);
const args = process.argv.slice(2);

if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) runByNode24();
else if (isService() && process.execArgv.length === 0 && process.platform !== 'win32') {
  // The same process: whoever sends it signals need not know.
  process.execve(process.execPath, [process.execPath, ...SERVICE_FLAGS, self, ...args], process.env);
} else await run();

async function run() {
  // Where Node keeps it anyway; threads have it by the environment alone.
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache');
  nodeModule.enableCompileCache();
  // A clone has the sources, which Node 24 runs as they are; under node_modules it does not, and the package has none.
  const source = new URL('../src/halfspace.ts', import.meta.url);
  await import(existsSync(source) ? source.href : new URL('../lib/halfspace.js', import.meta.url).href);
}

function isService() {
  const [first] = args;
  return (
    first === undefined || first === 'serve' || (first.startsWith('-') && !/^(-h|-V|--help|--version)$/.test(first))
  );
}

/** The `node` package brings Node as a file of its own; npm puts it beside this package. */
function runByNode24() {
  const node = findNode24();
  if (node === undefined) {
    console.error(
      `Halfspace needs Node ${NODE_MAJOR_MIN} or later, this is ${process.versions.node}: install it, ` +
        `or run \`npx -p node@${NODE_MAJOR_MIN} -p halfspace halfspace\`, which brings it along.`,
    );
    process.exitCode = 2;
    return;
  }
  const child = spawn(node, [self, ...args], { stdio: 'inherit' });
  // Ctrl-C comes to the whole group by itself, and the child says what becomes of it.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => (process.exitCode = code ?? 128 + constants.signals[signal]));
}

function findNode24() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    const { version } = createRequire(import.meta.url)(manifest);
    const file = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return Number(version.split('.')[0]) >= NODE_MAJOR_MIN && existsSync(file) ? file : undefined;
  } catch {
    return undefined; // there is no such package
  }
}
