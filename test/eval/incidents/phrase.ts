import type { Level } from '../../../src/domain/level.ts';
import type { EvalRandom } from './eval-random.ts';
import type { VoiceTemplate } from './voice.ts';

const USERS = ['amelia', 'noah', 'priya', 'chen', 'olu', 'svc-deploy', 'fatima', 'jonas', 'mbali', 'diego'] as const;
const ZONES = ['eu-west-1a', 'eu-west-1b', 'us-east-1c', 'ap-south-1a'] as const;
const PATHS = ['/var/lib/data/segment', '/srv/exports/report', '/tmp/upload', '/etc/app/conf.d/site'] as const;

/**
 * A line written as text with `{kind}` where a value stands: `id`, `uuid`, `ip`, `user`, `zone`, `path`, `attempt`, or
 * `n:MEDIAN` and `n:MEDIAN:SIGMA`, a whole number that is log-normal around its median.
 */
export function phrase(level: Level, weight: number, text: string): VoiceTemplate {
  const pieces = text.split(/\{([a-z]+(?::[\d.:]+)?)\}/);
  const measured = pieces.findIndex((piece, index) => index % 2 === 1 && piece.startsWith('n:'));
  const say = (random: EvalRandom, factor: number): string =>
    pieces
      .map((piece, index) => (index % 2 === 0 ? piece : value(piece, random, index === measured ? factor : 1)))
      .join('');
  return {
    level,
    weight,
    say: (random) => say(random, 1),
    sayOutlier: measured < 0 ? undefined : say,
  };
}

function value(kind: string, random: EvalRandom, factor: number): string {
  switch (kind) {
    case 'id':
      return random.hex(12);
    case 'uuid':
      return `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-a${random.hex(3)}-${random.hex(12)}`;
    case 'ip':
      return random.ip();
    case 'user':
      return random.pick(USERS);
    case 'zone':
      return random.pick(ZONES);
    case 'path':
      return `${random.pick(PATHS)}-${random.int(1, 400)}.dat`;
    case 'attempt':
      return String(random.int(1, 5));
    default: {
      const [, median = '1', sigma = '0.4'] = kind.split(':');
      return String(Math.max(0, Math.round(factor * random.logNormal(Number(median), Number(sigma)))));
    }
  }
}
