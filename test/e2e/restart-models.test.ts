import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { INFO } from '../../src/domain/level.ts';
import { createDetector } from '../../src/score/create-detector.ts';
import type { DetectorOptions } from '../../src/score/detector.ts';
import { newDataFolder } from './data-folder.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { encodeLogs, ERROR, grpcSender, messages } from './otlp-client.ts';

const TIMEOUT_MS = 90_000;
const SERVICES = ['shop', 'bills', 'mail', 'search', 'stock'];
const KINDS = ['order 71234 paid', 'mail to 71234 sent', 'disk at 71234 percent'];

const MINER = { simTh: 0.4, maxTemplates: 100 };
const PROFILES: { name: string; env: Record<string, string>; options: DetectorOptions }[] = [
  { name: 'the default profiles', env: {}, options: { hstThreshold: 0.7, miner: MINER } },
  {
    name: 'MINER_PROFILE=drain3 DETECTOR_PROFILE=reference',
    env: { MINER_PROFILE: 'drain3', DETECTOR_PROFILE: 'reference' },
    options: { hstThreshold: 0.7, profile: 'reference', miner: { ...MINER, profile: 'drain3' } },
  },
];

async function start(env: Record<string, string>): Promise<RunningHalfspace> {
  const halfspace = await startHalfspace(env);
  onTestFinished(() => halfspace.kill());
  return halfspace;
}

async function sendTo(halfspace: RunningHalfspace, service: string, lines: string[], severityNumber?: number) {
  const logs = { service, messages: lines, ...(severityNumber === undefined ? {} : { severityNumber }) };
  expect(await grpcSender(halfspace).send(encodeLogs(logs))).toMatchObject({ isOk: true });
}

/** What callers know of templates: ids, counts, what they were called. */
async function knownTemplates(halfspace: RunningHalfspace, options: DetectorOptions): Promise<unknown[]> {
  const fingerprints = SERVICES.flatMap((service) => {
    const detector = createDetector(service, options);
    return KINDS.map((line) => {
      const bytes = new TextEncoder().encode(line);
      return detector.fingerprintOf(detector.score(bytes, 0, bytes.length, INFO, 1).template);
    });
  });
  return Promise.all(fingerprints.map((fingerprint) => halfspace.get(`/templates/${fingerprint}`)));
}

/** Resolves once the folder has a snapshot of each service; of those that were sent one request, all is in it. */
async function snapshotsOfAll(folder: string): Promise<void> {
  const database = new DatabaseSync(join(folder, 'models.db'), { readOnly: true });
  onTestFinished(() => database.close());
  const count = database.prepare('SELECT count(*) AS services FROM model');
  await expect.poll(() => count.get(), { timeout: 30_000 }).toEqual({ services: SERVICES.length });
}

const ENDS: [how: string, end: (halfspace: RunningHalfspace, folder: string) => Promise<unknown>][] = [
  ['stopped', (halfspace) => halfspace.stop()],
  [
    'killed',
    async (halfspace, folder) => {
      await snapshotsOfAll(folder);
      await halfspace.kill();
    },
  ],
];

describe.each(PROFILES)('with $name', ({ env: profile, options }) => {
  test.each(ENDS)(
    'models of one that is %s go on, ids and fingerprints as they were, also with fewer shards, then more',
    { timeout: TIMEOUT_MS },
    async (_, end) => {
      const env = { ...profile, DATA_DIR: newDataFolder(), SNAPSHOT_INTERVAL_SECONDS: '1' };
      const first = await start({ ...env, SHARDS: '2' });
      for (const service of SERVICES)
        await sendTo(
          first,
          service,
          messages(600, (i) => KINDS[i % KINDS.length]!.replace('71234', String(70000 + i))),
        );
      const before = {
        status: await first.get('/detector/status'),
        templates: await knownTemplates(first, options),
      };
      expect(before.templates[0]).toMatchObject({ template_id: 1, service: 'shop', count: 200 });
      await end(first, env.DATA_DIR);
      for (const SHARDS of ['1', '3']) {
        const next = await start({ ...env, SHARDS });
        expect(await next.get('/detector/status')).toEqual(before.status);
        expect(await knownTemplates(next, options)).toEqual(before.templates);
        expect(await next.stop()).toBe(0);
      }
      const last = await start({ ...env, SHARDS: '1' });
      await sendTo(last, 'shop', ['panic: no memory left for the heap'], ERROR);
      const [told] = await last.anomaliesUntil(() => true);
      expect(told, 'it is judged by what was learnt: nothing is, while a service learns').toMatchObject({
        service: 'shop',
        reasons: expect.arrayContaining(['new_template']),
      });
    },
  );
});
