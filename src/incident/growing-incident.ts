import { REASONS } from '../domain/anomaly.ts';
import type { Anomaly, Reason } from '../domain/anomaly.ts';
import { fingerprint } from '../domain/fingerprint.ts';
import type { Incident, IncidentSample, IncidentTemplate } from '../domain/incident.ts';
import { LEVELS } from '../domain/level.ts';

const SERVICES_MAX = 50;
const TEMPLATES_MAX = 50;
const SAMPLES_MAX = 10;
const SAMPLES_PER_TEMPLATE_MAX = 3;
/** UTF-16 units of a sample; the anomaly itself holds more. */
const SAMPLE_CHARS_MAX = 1024;
const TRACE_IDS_MAX = 10;

/** An incident while it grows; what it keeps is bounded, however many anomalies come. */
export class GrowingIncident {
  readonly #id: string;
  readonly #first: Anomaly;
  readonly #reasons = new Map<Reason, number>();
  readonly #services = new Set<string>();
  readonly #templates = new Map<string, IncidentTemplate>();
  readonly #samples: IncidentSample[] = [];
  readonly #traceIds = new Set<string>();
  #firstSeen: number;
  #lastSeen: number;
  #count = 0;
  #lineCount = 0;
  #otherTemplatesCount = 0;
  #worstScore = 0;
  #worstLevel = 0;

  constructor(group: string, first: Anomaly) {
    this.#id = fingerprint(group, `incident ${first.timestamp}`);
    this.#first = first;
    this.#firstSeen = first.timestamp;
    this.#lastSeen = first.timestamp;
    this.add(first);
  }

  get id(): string {
    return this.#id;
  }

  /** Epoch milliseconds. */
  get firstSeen(): number {
    return this.#firstSeen;
  }

  get lastSeen(): number {
    return this.#lastSeen;
  }

  add(anomaly: Anomaly): void {
    this.#firstSeen = Math.min(this.#firstSeen, anomaly.timestamp);
    this.#lastSeen = Math.max(this.#lastSeen, anomaly.timestamp);
    this.#worstScore = Math.max(this.#worstScore, anomaly.hst_score);
    this.#worstLevel = Math.max(this.#worstLevel, LEVELS.indexOf(anomaly.level));
    this.#count++;
    this.#lineCount++;
    for (const reason of anomaly.reasons) this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    if (this.#services.size < SERVICES_MAX) this.#services.add(anomaly.service);
    if (anomaly.trace_id !== undefined && this.#traceIds.size < TRACE_IDS_MAX) this.#traceIds.add(anomaly.trace_id);
    this.#addTemplate(anomaly);
  }

  #addTemplate(anomaly: Anomaly): void {
    const known = this.#templates.get(anomaly.fingerprint);
    if (known !== undefined) {
      known.count++;
      // What was silent since the template's last anomaly belongs here only if that one did.
      this.#lineCount += anomaly.explanation?.repeats ?? 0;
    } else if (this.#templates.size < TEMPLATES_MAX) {
      const { fingerprint: of, service, template } = anomaly;
      this.#templates.set(of, { fingerprint: of, service, template, count: 1 });
    } else this.#otherTemplatesCount++;
    if (this.#samples.length >= SAMPLES_MAX || (known?.count ?? 0) > SAMPLES_PER_TEMPLATE_MAX) return;
    const { timestamp, service, level, message, fingerprint: of } = anomaly;
    this.#samples.push({ timestamp, service, level, message: cut(message), fingerprint: of });
  }

  /** As it stands; resolved when the time of that is given. */
  shown(resolvedAt?: number): Incident {
    return {
      id: this.#id,
      state: resolvedAt === undefined ? 'open' : 'resolved',
      service: this.#first.service,
      services: [...this.#services],
      first_seen: this.#firstSeen,
      last_seen: this.#lastSeen,
      ...(resolvedAt === undefined ? {} : { resolved_at: resolvedAt }),
      count: this.#count,
      line_count: this.#lineCount,
      reasons: REASONS.filter((reason) => this.#reasons.has(reason)),
      reason_counts: this.#reasonCounts(),
      worst_score: this.#worstScore,
      worst_level: LEVELS[this.#worstLevel] ?? 'info',
      fingerprint: this.#first.fingerprint,
      templates: Array.from(this.#templates.values(), (template) => ({ ...template })),
      other_templates_count: this.#otherTemplatesCount,
      samples: [...this.#samples],
      trace_ids: [...this.#traceIds],
    };
  }

  /** In the order that reasons always have. */
  #reasonCounts(): Incident['reason_counts'] {
    const counts: Incident['reason_counts'] = {};
    for (const reason of REASONS) {
      const count = this.#reasons.get(reason);
      if (count !== undefined) counts[reason] = count;
    }
    return counts;
  }
}

function cut(text: string): string {
  if (text.length <= SAMPLE_CHARS_MAX) return text;
  const lastUnit = text.charCodeAt(SAMPLE_CHARS_MAX - 1);
  const splitsPair = lastUnit >= 0xd800 && lastUnit < 0xdc00;
  return text.slice(0, splitsPair ? SAMPLE_CHARS_MAX - 1 : SAMPLE_CHARS_MAX);
}
