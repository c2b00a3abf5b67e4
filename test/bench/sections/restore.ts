import { short } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { runOurs } from '../run-measured.ts';

const SERVICES = 1000;
const TEMPLATES = 200;
const SECONDS_MAX = 3;

/** What a restart costs: all models from the folder into one shard. */
export async function restoreSection(): Promise<Figure[]> {
  const { lines, wallSeconds, cpuSeconds, services, mib } = await runOurs('restore', [SERVICES, TEMPLATES]);
  const isWhole = services === SERVICES && lines === SERVICES * TEMPLATES;
  return [
    {
      section: 'restore',
      what: `${short(Number(services))} services, ${short(lines)} templates, ${short(Number(mib))} MiB`,
      ours: `${short(wallSeconds)} s, ${short(cpuSeconds)} s CPU`,
      peer: '',
      ratio: '',
      wanted: `< ${SECONDS_MAX} s`,
      met: isWhole && wallSeconds < SECONDS_MAX,
    },
  ];
}
