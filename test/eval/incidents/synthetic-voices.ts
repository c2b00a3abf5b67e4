import { EvalRandom } from './eval-random.ts';
import type { NovelPhrases } from './novel-phrases.ts';
import { phrase } from './phrase.ts';
import { SERVICES } from './synthetic-services.ts';
import type { SyntheticService } from './synthetic-services.ts';
import type { Line, Voice, VoiceTemplate } from './voice.ts';

/** Rare kinds of line a service says beside its own, by rank: the first has 1/2 the weight of all below, and so on. */
const TAIL_TEMPLATES = 60;
const HELD_OUT = 4;

/** Nine services of a web shop that nobody runs, 4.5 lines/s together, each with a Zipf-like tail of rare kinds of line. */
export function syntheticVoices(seed: number, novel: NovelPhrases): Voice[] {
  return SERVICES.map((service) => voiceOf(service, new EvalRandom(`voice ${seed} ${service.service}`), novel));
}

function voiceOf(service: SyntheticService, random: EvalRandom, novel: NovelPhrases): Voice {
  const own = service.phrases.map(([level, weight, text]) => phrase(level, weight, text));
  const ownWeight = own.reduce((sum, { weight }) => sum + weight, 0);
  const harmonic = Array.from({ length: TAIL_TEMPLATES }, (_, rank) => 1 / (rank + 1)).reduce((a, b) => a + b);
  const tail = Array.from({ length: TAIL_TEMPLATES }, (_, rank) => {
    const weight = (ownWeight * service.tailShare) / harmonic / (rank + 1);
    return novel.make(random.chance(0.8) ? 'info' : random.chance(0.7) ? 'warn' : 'error', weight, random);
  });
  const templates = [...own, ...tail];
  const clump = clumps(templates, own, service.clumpMean, random);
  const jobTemplate = own[1];
  return {
    service: service.service,
    linesPerSecond: service.linesPerSecond,
    clumpMean: service.clumpMean,
    templates,
    heldOut: Array.from({ length: HELD_OUT }, (_, i) => novel.make(i % 2 === 0 ? 'error' : 'info', 1, random)),
    clump,
    ...(service.jobMinutes === undefined || jobTemplate === undefined
      ? {}
      : { job: { everyMinutes: service.jobMinutes, lines: 8 + service.jobMinutes, template: jobTemplate } }),
  };
}

/** A request says a line by weight, then mostly what usually follows, an info line of the service's own. */
function clumps(
  templates: readonly VoiceTemplate[],
  own: readonly VoiceTemplate[],
  mean: number,
  seeded: EvalRandom,
): (random: EvalRandom) => Line[] {
  const cumulative: number[] = [];
  for (const { weight } of templates) cumulative.push((cumulative.at(-1) ?? 0) + weight);
  const calm = own.filter(({ level }) => level === 'info');
  const followers = templates.map(() => calm.indexOf(seeded.pick(calm)));
  return (random) => {
    const lines: Line[] = [];
    let at = random.pickWeighted(cumulative);
    for (let left = random.geometric(mean); left > 0; left--) {
      const template = templates[at];
      if (template === undefined) break;
      lines.push({ message: template.say(random), level: template.level });
      const follower = calm[followers[at] ?? 0];
      at = follower !== undefined && random.chance(0.6) ? own.indexOf(follower) : random.pickWeighted(cumulative);
    }
    return lines;
  };
}
