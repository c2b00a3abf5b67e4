import { DemoRandom } from './demo-random.ts';
import { INCIDENT, SHOP } from './shop-services.ts';
import type { DemoService, Voice } from './shop-services.ts';

export interface DemoLine {
  service: string;
  /** Epoch milliseconds. */
  timeMs: number;
  /** OTLP, 1 to 24. */
  severityNumber: number;
  body: string;
  /** Hex digits. */
  traceId: string;
  spanId: string;
}

export interface ScenarioOptions {
  seed: number;
  /** When the live stream begins, epoch milliseconds. */
  startMs: number;
}

/** The first incident starts this long after the stream, lasts so long, and comes again at this distance. */
export const INCIDENT_AFTER_MS = 20_000;
export const INCIDENT_LASTS_MS = 60_000;
export const INCIDENT_EVERY_MS = 300_000;

/** Lines a service of the back-fill: so many without a new error that the first one speaks by itself. */
export const BACKFILL_LINES = 2400;
/** The back-fill ends this long before the start, so that it is outside the last minute that bursts are judged by. */
const BACKFILL_GAP_MS = 70_000;

/** A web shop's log lines as a function of time: the same seed and start give the same lines, however time is cut. */
export class Scenario {
  readonly #startMs: number;
  readonly #random: DemoRandom;
  /** When each service speaks next; a service that has none yet starts at its first use. */
  readonly #nextMs = new Map<string, number>();

  constructor(options: ScenarioOptions) {
    this.#startMs = options.startMs;
    this.#random = new DemoRandom(options.seed);
  }

  /** What the services said before the stream: an ordinary day to learn from. */
  backfill(): DemoLine[] {
    const lines: DemoLine[] = [];
    for (const service of SHOP) {
      const stepMs = 1000 / service.linesPerSecond;
      const firstMs = this.#startMs - BACKFILL_GAP_MS - BACKFILL_LINES * stepMs;
      for (let i = 0; i < BACKFILL_LINES; i++) {
        // Rare voices too, so that only the incident brings templates that are new.
        const voice = service.voices[i] ?? chooseVoice(service.voices, this.#random);
        lines.push(this.#line(service.name, voice, firstMs + i * stepMs));
      }
    }
    return lines.toSorted((a, b) => a.timeMs - b.timeMs);
  }

  /** Every line from the last call (or the start) up to `untilMs`, in order of time. */
  linesUntil(untilMs: number): DemoLine[] {
    const lines: DemoLine[] = [];
    for (;;) {
      const [name, timeMs] = this.#nextToSpeak();
      if (timeMs > untilMs) return lines;
      const service = serviceAt(name, this.incidentAt(timeMs));
      lines.push(this.#line(name, chooseVoice(service.voices, this.#random), timeMs));
      this.#nextMs.set(name, timeMs + this.#gapMs(service));
    }
  }

  /** Whether the incident is on at that moment. */
  incidentAt(timeMs: number): boolean {
    const sinceFirstMs = timeMs - this.#startMs - INCIDENT_AFTER_MS;
    return sinceFirstMs >= 0 && sinceFirstMs % INCIDENT_EVERY_MS < INCIDENT_LASTS_MS;
  }

  #nextToSpeak(): [name: string, timeMs: number] {
    let earliest: [string, number] | undefined;
    for (const service of SHOP) {
      let timeMs = this.#nextMs.get(service.name);
      if (timeMs === undefined) this.#nextMs.set(service.name, (timeMs = this.#startMs + this.#gapMs(service)));
      if (earliest === undefined || timeMs < earliest[1]) earliest = [service.name, timeMs];
    }
    return earliest ?? ['', Infinity];
  }

  /** Poisson arrivals: exponential gaps, as independent users give. */
  #gapMs(service: DemoService): number {
    return (-Math.log(1 - this.#random.next()) * 1000) / service.linesPerSecond;
  }

  #line(service: string, voice: Voice, timeMs: number): DemoLine {
    return {
      service,
      timeMs: Math.floor(timeMs),
      severityNumber: voice.severityNumber,
      body: voice.say(this.#random),
      traceId: this.#random.hex(32),
      spanId: this.#random.hex(16),
    };
  }
}

function serviceAt(name: string, incident: boolean): DemoService {
  const troubled = incident ? INCIDENT.find((service) => service.name === name) : undefined;
  const service = troubled ?? SHOP.find((one) => one.name === name);
  if (service === undefined) throw new Error(`the demo has no service ${name}`);
  return service;
}

function chooseVoice(voices: readonly Voice[], random: DemoRandom): Voice {
  const total = voices.reduce((sum, { weight }) => sum + weight, 0);
  let at = random.next() * total;
  const chosen = voices.find(({ weight }) => (at -= weight) < 0) ?? voices.at(-1);
  if (chosen === undefined) throw new Error('a demo service needs something to say');
  return chosen;
}
