import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { DemoRandom } from '../../src/demo/demo-random.ts';
import { SHOP } from '../../src/demo/shop-services.ts';
import { LEVELS, levelOfSeverityNumber, levelOfText } from '../../src/domain/level.ts';
import type { Level } from '../../src/domain/level.ts';
import { shared, sharedPath } from '../shared.ts';

/** One service of the corpus: the lines that it says in turn, and its share of all lines. */
export interface CorpusVoice {
  service: string;
  weight: number;
  lines: { message: string; level: Level }[];
}

/** Weights bring the mean message to about 75 bytes. */
const LOGHUB: [set: string, service: string, weight: number][] = [
  ['HDFS', 'hdfs', 15],
  ['Hadoop', 'hadoop', 13],
  ['OpenSSH', 'openssh', 12],
  ['Linux', 'linux', 10],
  ['Apache', 'apache', 8],
  ['BGL', 'bgl', 8],
  ['Zookeeper', 'zookeeper', 8],
  ['HDFS', 'hdfs-archive', 13],
  ['Hadoop', 'hadoop-batch', 13],
];

/** Nine services: LogHub's real lines, or the demo's shop where the folder with them is absent. */
export function corpusVoices(): CorpusVoice[] {
  return shared ? LOGHUB.map(([set, service, weight]) => ({ service, weight, lines: loghubLines(set) })) : shopVoices();
}

function loghubLines(set: string): CorpusVoice['lines'] {
  const rows: Record<string, string>[] = parse(readFileSync(sharedPath(`data/loghub/${set}.csv`)), { columns: true });
  return rows.map((row) => ({
    message: row['Content'] ?? '',
    level: LEVELS[levelOfText(row['Level'] ?? '') ?? (/fail|error|invalid/i.test(row['Content'] ?? '') ? 3 : 2)],
  }));
}

function shopVoices(): CorpusVoice[] {
  const names = ['', '-eu', '-us'].flatMap((suffix) =>
    SHOP.map((service) => ({ service, name: service.name + suffix })),
  );
  return names.slice(0, 9).map(({ service, name }, index) => {
    const random = new DemoRandom(index + 1);
    const tickets = service.voices.flatMap((voice) => Array.from({ length: Math.ceil(voice.weight) }, () => voice));
    return {
      service: name,
      weight: service.linesPerSecond,
      lines: Array.from({ length: 2000 }, () => {
        const voice = tickets[random.int(0, tickets.length - 1)];
        return {
          message: voice?.say(random) ?? '',
          level: LEVELS[levelOfSeverityNumber(voice?.severityNumber ?? 9) ?? 2],
        };
      }),
    };
  });
}
