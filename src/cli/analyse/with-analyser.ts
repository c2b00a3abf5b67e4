import { createAnalyser } from '../../analyse/analyser.ts';
import type { Analyser } from '../../analyse/analyser.ts';
import type { Config } from '../../config/config.ts';
import { analysisOptions } from './reading.ts';

/** Runs windows as the service does, in a thread beside this one, which shows how far it is and hears Ctrl-C. */
export async function withAnalyser<Result>(
  config: Config,
  use: (analyser: Analyser) => Promise<Result>,
): Promise<Result> {
  const analyser = createAnalyser({ ...analysisOptions(config), threads: 1 });
  try {
    return await use(analyser);
  } finally {
    await analyser.close();
  }
}
