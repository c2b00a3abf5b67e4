import { DrainMiner } from '../../../src/mine/drain3/drain-miner.ts';
import { ReferenceTrees } from '../../../src/score/reference/reference-trees.ts';
import { loadCorpus } from '../corpus.ts';
import { printMeasured } from '../measured.ts';

/** Half-Space-Trees on the five features, score then learn: CORPUS LINES. Mining comes first and is not measured. */
const [path = '', count = '0'] = process.argv.slice(2);
const { bytes, ends, service, services, level } = loadCorpus(path, Number(count));

const miners = services.map(() => new DrainMiner({ simTh: 0.4, maxTemplates: 2000 }));
const chars = new Uint16Array(ends.length);
const tokens = new Uint8Array(ends.length);
const templateLines = new Uint32Array(ends.length);
for (let i = 0, start = 0; i < ends.length; start = ends[i]!, i++) {
  const miner = miners[service[i]!]!;
  templateLines[i] = miner.mine(bytes, start, ends[i]!).size;
  chars[i] = Math.min(miner.charCount, 500);
  tokens[i] = Math.min(miner.tokenCount, 50);
}

printMeasured(() => {
  const models = services.map(() => new ReferenceTrees());
  let scoreSum = 0;
  for (let i = 0; i < ends.length; i++) {
    scoreSum += models[service[i]!]!.scoreThenLearn(level[i]!, chars[i]!, tokens[i]!, templateLines[i]!);
  }
  return { lines: ends.length, scoreSum };
});
