import { DrainMiner } from './drain3/drain-miner.ts';
import { KeyedMiner } from './keyed/keyed-miner.ts';
import type { MinerOptions, TemplateMiner } from './template-miner.ts';

export function createMiner(options: MinerOptions): TemplateMiner {
  return options.profile === 'drain3' ? new DrainMiner(options) : new KeyedMiner(options);
}
