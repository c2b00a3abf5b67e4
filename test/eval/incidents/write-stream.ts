import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildStream, STREAM_DEFAULTS, STREAM_KINDS } from './build-stream.ts';
import type { StreamKind } from './build-stream.ts';
import { ndjson } from './run-reference.ts';

/**
 * `node test/eval/incidents/write-stream.ts --seed 1 --out DIR [--kind loghub|synthetic] [--per-kind 3] [--minutes 300]
 * [--train-minutes 90] [--rate 1]`: one stream of the bench as files for the command line: `train.ndjson`, healthy rows;
 * `stream.ndjson`, rows to be judged; `truth.json`, the incidents in them.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
    kind: { type: 'string', default: 'synthetic' },
    'per-kind': { type: 'string', default: String(STREAM_DEFAULTS.perKind) },
    minutes: { type: 'string', default: String(STREAM_DEFAULTS.measuredMinutes) },
    'train-minutes': { type: 'string', default: String(STREAM_DEFAULTS.trainMinutes) },
    rate: { type: 'string', default: '1' },
  },
});
if (values.out === undefined || !(STREAM_KINDS as readonly string[]).includes(values.kind)) {
  console.error(`write-stream: wants --out DIR, and --kind one of ${STREAM_KINDS.join(', ')}`);
  process.exit(2);
}

const { train, rows, incidents, services, startMs, endMs } = buildStream({
  kind: values.kind as StreamKind,
  seed: Number(values.seed),
  perKind: Number(values['per-kind']),
  measuredMinutes: Number(values.minutes),
  trainMinutes: Number(values['train-minutes']),
  rateFactor: Number(values.rate),
});
mkdirSync(values.out, { recursive: true });
writeFileSync(join(values.out, 'train.ndjson'), ndjson(train));
writeFileSync(join(values.out, 'stream.ndjson'), ndjson(rows));
writeFileSync(
  join(values.out, 'truth.json'),
  `${JSON.stringify({ startMs, endMs, services, incidents }, undefined, 2)}\n`,
);
console.log(
  `${train.length} rows to learn from, ${rows.length} to judge, ${incidents.length} incidents: ${values.out}`,
);
