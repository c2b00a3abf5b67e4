// `npm run sbom [-- FILE]`: what the product comes with as a CycloneDX document, into FILE (dist/sbom.cdx.json). npm
// reads it off the lockfile; what is built into the dashboard, and so is a development dependency to npm, is added.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUNDLED = new Set(['preact', 'uplot']);
const root = fileURLToPath(new URL('..', import.meta.url));
const [file = `${root}/dist/sbom.cdx.json`] = process.argv.slice(2);

const { name, version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
const document = sbom('--omit=dev');
document.components.push(...sbom().components.filter((component) => BUNDLED.has(component.name)));
// npm calls it after the folder that it was checked out into.
Object.assign(document.metadata.component, { type: 'application', name, version, 'bom-ref': `${name}@${version}` });
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);

function sbom(...options) {
  const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only', ...options];
  return JSON.parse(execFileSync('npm', args, { cwd: root, maxBuffer: 2 ** 26, encoding: 'utf8' }));
}
