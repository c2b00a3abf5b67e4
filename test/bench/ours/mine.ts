import { DrainMiner } from '../../../src/mine/drain3/drain-miner.ts';
import { loadCorpus } from '../corpus.ts';
import { printMeasured } from '../measured.ts';

/** Mask and Drain, one miner a service: CORPUS LINES. */
const [path = '', count = '0'] = process.argv.slice(2);
const { bytes, ends, service, services } = loadCorpus(path, Number(count));

printMeasured(() => {
  const miners = services.map(() => new DrainMiner({ simTh: 0.4, maxTemplates: 2000 }));
  let start = 0;
  for (let i = 0; i < ends.length; i++) {
    const end = ends[i]!;
    miners[service[i]!]!.mine(bytes, start, end);
    start = end;
  }
  return { lines: ends.length, templates: miners.reduce((sum, miner) => sum + miner.templateCount, 0) };
});
