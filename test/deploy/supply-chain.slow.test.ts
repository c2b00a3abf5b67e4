import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { productionPackages } from '../../scripts/deploy/production-packages.ts';
import { rootFolder } from '../../scripts/deploy/generated-files.ts';
import { runCommand } from '../parts/run-command.ts';

interface Sbom {
  bomFormat: string;
  metadata: { component: { type: string; name: string; version: string } };
  components: { name: string; version: string; purl: string; hashes?: { alg: string }[]; licenses?: object[] }[];
}

test('S21: the SBOM names every package that comes along, with its licence and its hash, and no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-sbom-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'sbom.cdx.json');
  await runCommand(process.execPath, ['scripts/write-sbom.mjs', file], { cwd: rootFolder() });
  const { bomFormat, metadata, components } = JSON.parse(readFileSync(file, 'utf8')) as Sbom;
  const { version } = JSON.parse(readFileSync(join(rootFolder(), 'package.json'), 'utf8')) as { version: string };
  expect(bomFormat).toBe('CycloneDX');
  expect(metadata.component).toMatchObject({ type: 'application', name: 'halfspace', version });
  const known = productionPackages().map((one) => `${one.name}@${one.version}`);
  expect(new Set(components.map((one) => `${one.name}@${one.version}`))).toEqual(new Set(known));
  for (const { purl, hashes, licenses } of components) {
    expect(purl).toMatch(/^pkg:npm\//);
    expect(hashes).toContainEqual(expect.objectContaining({ alg: 'SHA-512' }));
    expect(licenses).toHaveLength(1);
  }
}, 60_000);

/** What the registry knows of weaknesses; undefined where it does not answer that question. */
const audit = runAudit();

test.skipIf(audit === undefined)('S21: npm audit knows of no weakness in what comes along', () => {
  expect(audit).toMatchObject({ metadata: { vulnerabilities: { total: 0 } } });
});

function runAudit(): object | undefined {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: rootFolder(), encoding: 'utf8' });
  const answer = JSON.parse(stdout || '{}') as { metadata?: object; message?: string };
  if (answer.metadata !== undefined) return answer;
  const reason = `npm audit: the registry does not answer (${answer.message ?? 'nothing said'})`;
  // Mirrors of the registry need not offer audits: that says nothing about the packages.
  console.warn(`SKIPPED: ${reason}`);
  return undefined;
}
