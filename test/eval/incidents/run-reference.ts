import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reason } from '../../../src/domain/anomaly.ts';
import { partsFolder } from '../../parts/part.ts';
import { runCommand } from '../../parts/run-command.ts';
import type { Stream } from './build-stream.ts';
import type { Alert } from './measure.ts';

const SCRIPT = fileURLToPath(new URL('reference_alerts.py', import.meta.url));
const PEERS = fileURLToPath(new URL('../../bench/peers', import.meta.url));

/**
 * What the Python reference raises over a stream, having learnt from its healthy part. The same rows give the same
 * alerts, so they are kept between runs, by the hash of the rows and the programs: a stream takes it half a minute.
 */
export async function runReference(python: string, stream: Stream): Promise<Alert[]> {
  const train = ndjson(stream.train);
  const rows = ndjson(stream.rows);
  const hash = createHash('sha256').update(train).update('\0').update(rows);
  for (const file of [SCRIPT, join(PEERS, 'reference_live.py'), join(PEERS, 'reference_pipeline.py')]) {
    hash.update(readFileSync(file));
  }
  const kept = join(partsFolder(), `eval-reference-${hash.digest('hex').slice(0, 16)}.json`);
  if (!existsSync(kept)) {
    process.stderr.write(`eval: the Python reference reads stream ${stream.kind} ${stream.seed} (once)\n`);
    const folder = await mkdtemp(join(partsFolder(), '.eval-'));
    try {
      const files = [join(folder, 'train.ndjson'), join(folder, 'rows.ndjson')] as const;
      await writeFile(files[0], train);
      await writeFile(files[1], rows);
      const env = { PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: PEERS };
      await writeFile(join(folder, 'alerts.json'), await runCommand(python, [SCRIPT, ...files], { env }));
      await rename(join(folder, 'alerts.json'), kept);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  const alerts = JSON.parse(readFileSync(kept, 'utf8')) as [number, string, Reason[]][];
  return alerts.map(([timestamp, service, reasons]) => ({ timestamp, service, reasons }));
}

/** One JSON object a line. */
export function ndjson(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
