import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { INFO } from '../../src/domain/level.ts';
import { createDetector } from '../../src/score/create-detector.ts';
import type { RunningHalfspace, StreamedAnomaly } from './halfspace.ts';

/** A folder that goes when the test ends. */
export function newDataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-data-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Every byte of every file in the folder. */
export function bytesOf(folder: string): Buffer {
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
}

/** The fingerprint that the default profile gives the template of this line. */
export function fingerprintOfLine(service: string, text: string): string {
  const detector = createDetector(service, { hstThreshold: 0.7, miner: { simTh: 0.4, maxTemplates: 10 } });
  const bytes = new TextEncoder().encode(text);
  return detector.fingerprintOf(detector.score(bytes, 0, bytes.length, INFO, 1).template);
}

/** From now on every line of this template is told. */
export async function watchTemplate(halfspace: RunningHalfspace, fingerprint: string): Promise<void> {
  const answer = await fetch(`${halfspace.addresses.rest}/feedback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ fingerprint, mark: 'watch' }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** All anomalies that are held, oldest first. */
export async function allAnomalies(halfspace: RunningHalfspace): Promise<StreamedAnomaly[]> {
  const all: StreamedAnomaly[] = [];
  for (let since = 0; ;) {
    const page = (await halfspace.get(`/anomalies?since=${since}&limit=1000`)) as {
      anomalies: StreamedAnomaly[];
      next_since: number;
    };
    if (page.anomalies.length === 0) return all;
    all.push(...page.anomalies);
    since = page.next_since;
  }
}
