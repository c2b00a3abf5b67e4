// `npm run sbom [-- FILE]`: what the product comes with as a CycloneDX document, into FILE (dist/sbom.cdx.json). npm
// reads it off the lockfile; what only development needs is left out, and what is built into the dashboard is not.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUNDLED = new Set(['preact', 'uplot']);
const root = fileURLToPath(new URL('..', import.meta.url));
const [file = `${root}/dist/sbom.cdx.json`] = process.argv.slice(2);

const { name, version } = readJson('package.json');
const document = fromNpm();
const kept = productionPackages();
const reference = `${name}@${version}`;
document.components = document.components.filter((one) => kept.has(`${one.name}@${one.version}`));
const references = new Set([reference, ...document.components.map((one) => one['bom-ref'])]);
document.dependencies = document.dependencies
  .filter(({ ref }) => references.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => references.has(one)) }));
// npm calls it after the folder that it was checked out into.
Object.assign(document.metadata.component, { type: 'application', name, version, 'bom-ref': reference });
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);

function fromNpm() {
  const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
  return JSON.parse(execFileSync('npm', args, { cwd: root, maxBuffer: 2 ** 26, encoding: 'utf8' }));
}

/** By `name@version`. npm's own --omit=dev leaves out what development needs as well. */
function productionPackages() {
  const entries = Object.entries(readJson('package-lock.json').packages);
  const named = entries.map(([folder, entry]) => ({ ...entry, name: folder.split('node_modules/').at(-1) }));
  const shipped = named.filter((one) => one.name !== '' && (one.dev !== true || BUNDLED.has(one.name)));
  return new Set(shipped.map((one) => `${one.name}@${one.version}`));
}

function readJson(path) {
  return JSON.parse(readFileSync(`${root}/${path}`, 'utf8'));
}
