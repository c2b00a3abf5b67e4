import { parseArgs } from 'node:util';
import { DETECTOR_PROFILES } from '../../src/domain/profile.ts';
import type { DetectorProfile } from '../../src/domain/profile.ts';
import { ARRIVALS } from './incidents/build-stream.ts';
import type { Arrivals } from './incidents/build-stream.ts';

export interface EvalOptions {
  seeds: number[];
  arrivals: Arrivals;
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
      'first-seed': { type: 'string', default: '1' },
      arrivals: { type: 'string', default: 'bursty' },
      profile: { type: 'string', multiple: true, default: [...DETECTOR_PROFILES] },
      'no-python': { type: 'boolean', default: false },
    },
  });
  const seeds = wholeNumber('--seeds', values.seeds);
  const first = wholeNumber('--first-seed', values['first-seed']);
  const arrivals = ARRIVALS.find((name) => name === values.arrivals);
  if (arrivals === undefined) throw new Error(`--arrivals wants ${ARRIVALS.join(' or ')}, got ${values.arrivals}`);
  const profiles = DETECTOR_PROFILES.filter((profile) => values.profile.includes(profile));
  if (profiles.length !== new Set(values.profile).size) {
    throw new Error(`--profile wants ${DETECTOR_PROFILES.join(' or ')}, got ${values.profile.join(', ')}`);
  }
  return {
    wanted: positionals,
    options: {
      seeds: Array.from({ length: seeds }, (_, index) => first + index),
      arrivals,
      profiles,
      python: !values['no-python'],
    },
  };
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} wants a whole number from 1, got ${text}`);
  return value;
}
