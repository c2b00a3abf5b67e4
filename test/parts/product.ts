import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What `npm start` gives to node, so that tests and benchmarks run the product as its users do. */
export function productArguments(): string[] {
  const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { scripts: { start: string } };
  const [program, ...args] = manifest.scripts.start.replace('exec ', '').split(' ');
  if (program !== 'node') throw new Error(`npm start runs ${program}, expected node`);
  return args.map((arg) => (/^(\.\/)?(scripts|src)\//.test(arg) ? new URL(arg, `file://${ROOT}`).pathname : arg));
}
