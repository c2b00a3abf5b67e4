import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveWriter } from '../../../src/domain/archive/archive-writer.ts';
import { INFO } from '../../../src/domain/level.ts';
import type { SavedModel } from '../../../src/live/shard-protocol.ts';
import { ShardSet } from '../../../src/live/shard-set.ts';
import { createDetector } from '../../../src/score/create-detector.ts';
import { takeSnapshot } from '../../../src/score/snapshot.ts';
import { Store } from '../../../src/store/store.ts';
import { shardOptions } from '../../live/shard-samples.ts';
import type { Measured } from '../measured.ts';

/** Models from a folder into one shard, as a start does it: `node restore.ts SERVICES TEMPLATES`. */
const [services = 0, templates = 0] = process.argv.slice(2).map(Number);
const LINES_A_TEMPLATE = 6;
const detector = { hstThreshold: 0.7, miner: { simTh: 0.4, maxTemplates: 2000 } };
const nowMs = () => Date.now();
const encoder = new TextEncoder();
const folder = mkdtempSync(join(tmpdir(), 'halfspace-bench-'));
const open = () =>
  Store.open({
    folder,
    bytesMax: 2 ** 40,
    nowMs,
    onNews: (_kind, { level, sentence }) => {
      if (level === 'error') throw new Error(sentence);
    },
  });

try {
  const bytes = await fill();
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  const store = await open();
  const shards = new ShardSet({
    ...shardOptions({ detector, servicesMax: services }),
    shards: 1,
    onCrash: (_shard, error) => {
      throw error;
    },
    models: { load: () => store.loadModels(), forget: async () => undefined, nowMs, onRestored: () => undefined },
  });
  await shards.started();
  const wallSeconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const { serviceCount, templateCount } = await shards.status({ limit: 0 });
  await shards.stop();
  await store.close();
  const measured: Measured = {
    lines: templateCount,
    cpuSeconds: (user + system) / 1e6,
    wallSeconds,
    peakRssMiB: process.resourceUsage().maxRSS / 1024,
    services: serviceCount,
    mib: bytes / 2 ** 20,
  };
  console.log(JSON.stringify(measured));
} finally {
  rmSync(folder, { recursive: true });
}

/** Services with lines, values and rates of their own; answers the bytes of their snapshots. */
async function fill(): Promise<number> {
  const store = await open();
  const writer = new ArchiveWriter();
  let bytes = 0;
  for (let service = 0; service < services; service++) {
    const name = `service-${service}`;
    const model = createDetector(name, detector);
    for (let i = 0; i < templates * LINES_A_TEMPLATE; i++) {
      const line = encoder.encode(
        `${wordOf(i % templates)} took ${(i * 7919) % 900} ms for user u${i % 97} of ${name}`,
      );
      model.score(line, 0, line.length, INFO, 1_795_305_600_000 + i * 500);
    }
    const saved: SavedModel = {
      service: name,
      savedMs: nowMs(),
      lastSeenMs: nowMs(),
      bytes: takeSnapshot(model, detector, writer),
    };
    bytes += saved.bytes.length;
    await store.saveModels([saved], []);
  }
  await store.close();
  return bytes;
}

/** Two words that say which template it is, as no two of one kind would stay apart. */
function wordOf(template: number): string {
  const letters = (number: number) => String.fromCharCode(97 + (number % 26), 97 + (Math.floor(number / 26) % 26));
  return `step${letters(template * 7)} of${letters(template)} ${'done '.repeat(1 + (template % 5))}`;
}
