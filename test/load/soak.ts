import { textTable } from '../eval/text-table.ts';
import { runSoak } from './run-soak.ts';
import { readSoakOptions } from './soak-options.ts';
import { judgeSoak } from './soak-verdict.ts';
import type { Judged } from './soak-verdict.ts';

/**
 * `npm run soak [-- --minutes 5] [--rate LOGS_PER_SECOND]`: the service as `npm start` runs it, with `DATA_DIR`, under
 * the load of a web shop that has incidents now and then, with readers of its streams, a webhook and retraining every few
 * seconds; at half of what it takes at most unless a rate is given. Exits with 1 when a bound is not kept.
 */
const options = understood();
const judged = judgeSoak(await runSoak(options, (sentence) => console.log(sentence)));
console.log(textTable(['what', 'measured', 'bound', ''], judged.map(cellsOf), 4));
const broken = judged.filter(({ met }) => met === false);
console.log(broken.length === 0 ? 'soak: every bound was kept' : `soak: ${broken.length} bounds were NOT kept`);
process.exitCode = broken.length === 0 ? 0 : 1;

function cellsOf({ what, measured, bound = '', met }: Judged): string[] {
  return [what, measured, bound, met === undefined ? '' : met ? 'kept' : 'BROKEN'];
}

function understood(): ReturnType<typeof readSoakOptions> {
  try {
    return readSoakOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`soak: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  }
}
