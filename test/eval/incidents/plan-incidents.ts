import type { EvalRandom } from './eval-random.ts';
import { INCIDENT_KINDS } from './injected-incident.ts';
import type { InjectedIncident, IncidentKind } from './injected-incident.ts';
import type { Voice } from './voice.ts';

const MINUTE_MS = 60_000;
/** A service has at most one incident a slot, so that at least a quarter of an hour lies between two of them. */
const SLOT_MS = 25 * MINUTE_MS;
const BETWEEN_MS = 15 * MINUTE_MS;

/** Minutes, least and most. A lack of lines, or a slow rise, needs time to be told from chance. */
const LENGTHS: Partial<Record<IncidentKind, [number, number]>> = {
  error_creep: [6, 8],
  rate_drop: [5, 8],
  silence: [4, 8],
};

/** `perKind` incidents of each kind, each in a service where that kind can be, at moments drawn from the time given. */
export function planIncidents(
  voices: readonly Voice[],
  startMs: number,
  endMs: number,
  perKind: number,
  random: EvalRandom,
): InjectedIncident[] {
  // Slots of two services begin at moments that have nothing to do with one another.
  const slots = Math.floor((endMs - startMs) / SLOT_MS) - 1;
  const free = random.shuffled(
    voices.flatMap((voice) => {
      const firstMs = startMs + random.next() * SLOT_MS;
      return Array.from({ length: slots }, (_, slot) => ({ voice, slotMs: Math.floor(firstMs + slot * SLOT_MS) }));
    }),
  );
  const planned: InjectedIncident[] = [];
  // The choosiest kinds first: few services have numbers with a usual range, or errors on a usual day.
  for (const kind of INCIDENT_KINDS.toSorted((a, b) => choices(voices, a) - choices(voices, b))) {
    for (let i = 0; i < perKind; i++) {
      const at = free.findIndex(({ voice }) => suits(kind, voice));
      const place = free.splice(at, at < 0 ? 0 : 1)[0];
      if (place === undefined) throw new Error(`no room for ${perKind} incidents of kind ${kind}`);
      const [least, most] = LENGTHS[kind] ?? [2, 8];
      const lengthMs = random.between(least, most) * MINUTE_MS;
      const incidentStartMs = place.slotMs + Math.floor(random.next() * (SLOT_MS - BETWEEN_MS - lengthMs));
      planned.push({
        kind,
        service: place.voice.service,
        startMs: incidentStartMs,
        endMs: Math.floor(incidentStartMs + lengthMs),
      });
    }
  }
  return planned.toSorted((a, b) => a.startMs - b.startMs);
}

function choices(voices: readonly Voice[], kind: IncidentKind): number {
  return voices.filter((voice) => suits(kind, voice)).length;
}

/** A missing line says nothing where minutes pass between two; an outlier needs a number; a burst, errors to repeat. */
function suits(kind: IncidentKind, voice: Voice): boolean {
  switch (kind) {
    case 'silence':
    case 'rate_drop':
    case 'mix_shift':
      return voice.linesPerSecond >= 0.2;
    case 'parameter_outlier':
      return voice.templates.some(({ sayOutlier }) => sayOutlier !== undefined);
    case 'error_burst':
    case 'error_creep':
      return voice.templates.some(({ level }) => level === 'error' || level === 'fatal');
    default:
      return true;
  }
}
