import { parseArgs } from 'node:util';
import { DETECTOR_PROFILES } from '../../src/domain/profile.ts';
import type { DetectorProfile } from '../../src/domain/profile.ts';

export interface EvalOptions {
  /** 1, 2, ... */
  seeds: number[];
  profiles: DetectorProfile[];
  /** Run beside the Python reference. */
  python: boolean;
}

/** Sections that were asked for, none for all, and options. Throws with a sentence when it does not understand. */
export function readEvalOptions(args: string[]): { wanted: string[]; options: EvalOptions } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seeds: { type: 'string', default: '5' },
      profile: { type: 'string', multiple: true, default: [...DETECTOR_PROFILES] },
      'no-python': { type: 'boolean', default: false },
    },
  });
  const seeds = Number(values.seeds);
  if (!Number.isInteger(seeds) || seeds < 1)
    throw new Error(`--seeds wants a whole number from 1, got ${values.seeds}`);
  const profiles = DETECTOR_PROFILES.filter((profile) => values.profile.includes(profile));
  if (profiles.length !== new Set(values.profile).size) {
    throw new Error(`--profile wants ${DETECTOR_PROFILES.join(' or ')}, got ${values.profile.join(', ')}`);
  }
  return {
    wanted: positionals,
    options: { seeds: Array.from({ length: seeds }, (_, index) => index + 1), profiles, python: !values['no-python'] },
  };
}
