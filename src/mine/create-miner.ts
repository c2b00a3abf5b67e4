import { DrainMiner } from './drain3/drain-miner.ts';
import { KeepingMiner } from './kept/keeping-miner.ts';
import { KeyedMiner } from './keyed/keyed-miner.ts';
import type { MinerOptions, TemplateMiner } from './template-miner.ts';

export function createMiner(options: MinerOptions): TemplateMiner {
  if (options.keepsTemplates !== true) return createOwn(options);
  // Half the places each, so that a flood of one kind leaves the other alone.
  const kept = Math.max(1, Math.floor(options.maxTemplates / 2));
  return new KeepingMiner(createOwn({ ...options, maxTemplates: Math.max(1, options.maxTemplates - kept) }), kept);
}

function createOwn(options: MinerOptions): TemplateMiner {
  return options.profile === 'drain3' ? new DrainMiner(options) : new KeyedMiner(options);
}
