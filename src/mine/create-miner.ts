import { DrainMiner } from './drain3/drain-miner.ts';
import type { MinerOptions, TemplateMiner } from './template-miner.ts';

export function createMiner(options: MinerOptions): TemplateMiner {
  return new DrainMiner(options);
}
