import type { MinerProfile } from '../../../src/domain/profile.ts';
import { createMiner } from '../../../src/mine/create-miner.ts';
import { loadCorpus } from '../corpus.ts';
import { printMeasured } from '../measured.ts';

/** Message to template, one miner a service: CORPUS LINES [PROFILE]. */
const [path = '', count = '0', profile = 'drain3'] = process.argv.slice(2);
const { bytes, ends, service, services } = loadCorpus(path, Number(count));

printMeasured(() => {
  const options = { profile: profile as MinerProfile, simTh: 0.4, maxTemplates: 2000 };
  const miners = services.map(() => createMiner(options));
  let start = 0;
  for (let i = 0; i < ends.length; i++) {
    const end = ends[i]!;
    miners[service[i]!]!.mine(bytes, start, end);
    start = end;
  }
  return { lines: ends.length, templates: miners.reduce((sum, miner) => sum + miner.templateCount, 0) };
});
