import { INFO } from '../../../src/domain/level.ts';
import { createDetector } from '../../../src/score/create-detector.ts';
import { printMeasured } from '../measured.ts';
import { seededRandom } from '../seeded-random.ts';

/** As `live.ts` has it. */
const WARM_UP_LINES = 300_000;

/** The live verdict (profile default) on lines of 3 to 17 random words that no line before had, of one service: LINES. */
const count = Number(process.argv[2] ?? 0);
const below = seededRandom(42);
const letter = () => String.fromCharCode(97 + below(26));
const word = () => Array.from({ length: 2 + below(9) }, letter).join('');
const line = () => Buffer.from(Array.from({ length: 3 + below(15) }, word).join(' '));
const lines = Array.from({ length: count }, line);

scoreLines(Math.min(WARM_UP_LINES, count));
printMeasured(() => scoreLines(count));

function scoreLines(among: number) {
  const detector = createDetector('babbler', {
    profile: 'default',
    miner: { profile: 'default', simTh: 0.4, maxTemplates: 2000 },
    hstThreshold: 0.7,
  });
  for (let i = 0; i < among; i++) detector.score(lines[i]!, 0, lines[i]!.length, INFO, i / 10);
  return { lines: among };
}
