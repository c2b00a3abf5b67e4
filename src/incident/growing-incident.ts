import { REASONS } from '../domain/anomaly.ts';
import type { Anomaly, Reason } from '../domain/anomaly.ts';
import { fingerprint } from '../domain/fingerprint.ts';
import type { Incident, IncidentSample, IncidentTemplate, Resolution, ServiceCourse } from '../domain/incident.ts';
import { LEVELS } from '../domain/level.ts';
import { lastFound } from '../domain/resolution-words.ts';
import { LineCounts } from './line-counts.ts';

const SERVICES_MAX = 50;
const TEMPLATES_MAX = 50;
const SAMPLES_MAX = 10;
const SAMPLES_PER_TEMPLATE_MAX = 3;
/** UTF-16 units of a sample; the anomaly itself holds more. */
const SAMPLE_CHARS_MAX = 1024;
const TRACE_IDS_MAX = 10;
/** How often readers are shown until when it goes on. */
const SHOWN_EVERY_MS = 60_000;

export interface IncidentEnd {
  at: number;
  resolution: Resolution;
  mergedInto?: string;
}

/** An incident while it grows; what it keeps is bounded, however many anomalies come. */
export class GrowingIncident {
  readonly #id: string;
  readonly #quietMs: number;
  readonly #service: string;
  readonly #fingerprint: string;
  readonly #reasons = new Map<Reason, number>();
  readonly #services = new Set<string>();
  readonly #templates = new Map<string, IncidentTemplate>();
  readonly #samples: IncidentSample[] = [];
  readonly #traceIds = new Set<string>();
  #firstSeen: number;
  #lastSeen: number;
  #ongoingUntil: number | undefined;
  #shownUntil = Number.NEGATIVE_INFINITY;
  /** Services in which what it tells has become usual. */
  readonly #usual = new Set<string>();
  #count = 0;
  #lines = new LineCounts();
  #otherTemplatesCount = 0;
  #worstScore = 0;
  #worstLevel = 0;

  /** Of the anomaly that opened it. */
  readonly openedMs: number;

  /** @param quietMs what is further apart does not belong together. */
  constructor(first: Anomaly, quietMs: number, id = fingerprint(first.service, `incident ${first.timestamp}`)) {
    this.#id = id;
    this.#quietMs = quietMs;
    this.openedMs = first.timestamp;
    this.#service = first.service;
    this.#fingerprint = first.fingerprint;
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

  get lastFound(): number {
    return lastFound({ last_seen: this.#lastSeen, ongoing_until: this.#ongoingUntil });
  }

  /** What became of it without a further anomaly; whether readers are to see that. */
  follow({ service, course, lines, since }: ServiceCourse, nowMs: number): boolean {
    if (lines > 0) this.#lines.follow(service, since, lines);
    if (course === 'usual') {
      // Of one that never went on it is told of something before.
      if (this.#ongoingUntil !== undefined) this.#usual.add(service);
      return false;
    }
    this.#usual.delete(service);
    if (nowMs > this.lastFound) this.#ongoingUntil = nowMs;
    if (this.lastFound < this.#shownUntil + SHOWN_EVERY_MS) return false;
    this.#shownUntil = this.lastFound;
    return true;
  }

  /** How it ends when nothing more is found of it. */
  get resolution(): Resolution {
    return this.#usual.size > 0 ? 'usual' : 'over';
  }

  /** Whether the incident is now worth telling anew: something in it is new, or there are twice as many. */
  add(anomaly: Anomaly): boolean {
    const before = this.#breadth();
    this.#firstSeen = Math.min(this.#firstSeen, anomaly.timestamp);
    this.#lastSeen = Math.max(this.#lastSeen, anomaly.timestamp);
    this.#worstScore = Math.max(this.#worstScore, anomaly.hst_score);
    this.#worstLevel = Math.max(this.#worstLevel, LEVELS.indexOf(anomaly.level));
    this.#count++;
    for (const reason of anomaly.reasons) this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    if (this.#services.size < SERVICES_MAX) this.#services.add(anomaly.service);
    if (anomaly.trace_id !== undefined && this.#traceIds.size < TRACE_IDS_MAX) this.#traceIds.add(anomaly.trace_id);
    this.#addTemplate(anomaly);
    return this.#breadth() > before || Number.isInteger(Math.log2(this.#count));
  }

  /** Grows whenever something joins that was not there. */
  #breadth(): number {
    return this.#reasons.size + this.#services.size + this.#templates.size + this.#worstLevel;
  }

  /** Takes in another one that has turned out to be the same. */
  absorb(other: GrowingIncident): void {
    this.#firstSeen = Math.min(this.#firstSeen, other.#firstSeen);
    this.#lastSeen = Math.max(this.#lastSeen, other.#lastSeen);
    if (other.#ongoingUntil !== undefined)
      this.#ongoingUntil = Math.max(this.#ongoingUntil ?? other.#ongoingUntil, other.#ongoingUntil);
    for (const service of other.#usual) this.#usual.add(service);
    this.#worstScore = Math.max(this.#worstScore, other.#worstScore);
    this.#worstLevel = Math.max(this.#worstLevel, other.#worstLevel);
    this.#count += other.#count;
    this.#lines.absorb(other.#lines);
    this.#otherTemplatesCount += other.#otherTemplatesCount;
    for (const [reason, count] of other.#reasons) this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + count);
    for (const service of other.#services) if (this.#services.size < SERVICES_MAX) this.#services.add(service);
    for (const trace of other.#traceIds) if (this.#traceIds.size < TRACE_IDS_MAX) this.#traceIds.add(trace);
    for (const [of, template] of other.#templates) {
      const known = this.#templates.get(of);
      if (known !== undefined) known.count += template.count;
      else if (this.#templates.size < TEMPLATES_MAX) this.#templates.set(of, { ...template });
      else this.#otherTemplatesCount += template.count;
    }
    this.#samples.push(...other.#samples);
    this.#samples.sort((a, b) => a.timestamp - b.timestamp);
    this.#samples.length = Math.min(this.#samples.length, SAMPLES_MAX);
  }

  #addTemplate(anomaly: Anomaly): void {
    const known = this.#templates.get(anomaly.fingerprint);
    const isAllOfIt = known !== undefined || this.#isYounger(anomaly);
    this.#lines.add(anomaly, isAllOfIt ? (anomaly.explanation?.repeats ?? 0) : 0);
    if (known !== undefined) known.count++;
    else if (this.#templates.size < TEMPLATES_MAX) {
      const { fingerprint: of, service, template } = anomaly;
      this.#templates.set(of, { fingerprint: of, service, template, count: 1 });
    } else this.#otherTemplatesCount++;
    if (this.#samples.length >= SAMPLES_MAX || (known?.count ?? 0) > SAMPLES_PER_TEMPLATE_MAX) return;
    const { timestamp, service, level, message, fingerprint: of } = anomaly;
    this.#samples.push({ timestamp, service, level, message: cut(message), fingerprint: of });
  }

  /**
   * Whether the template itself began in this incident, and with it all lines that were silent so far. Of an older one
   * they belong here only if the anomaly since which they count did.
   */
  #isYounger({ explanation }: Anomaly): boolean {
    return explanation !== undefined && explanation.first_seen >= this.#firstSeen - this.#quietMs;
  }

  /** As it stands; resolved when its end is given. */
  shown(end?: IncidentEnd): Incident {
    return {
      id: this.#id,
      state: end === undefined ? 'open' : 'resolved',
      service: this.#service,
      services: [...this.#services],
      first_seen: this.#firstSeen,
      last_seen: this.#lastSeen,
      ...(this.#ongoingUntil === undefined ? {} : { ongoing_until: this.#ongoingUntil }),
      ...(end === undefined ? {} : { resolved_at: end.at, resolution: end.resolution }),
      ...(end?.mergedInto === undefined ? {} : { merged_into: end.mergedInto }),
      count: this.#count,
      line_count: this.#lines.total,
      reasons: REASONS.filter((reason) => this.#reasons.has(reason)),
      reason_counts: this.#reasonCounts(),
      worst_score: this.#worstScore,
      worst_level: LEVELS[this.#worstLevel] ?? 'info',
      fingerprint: this.#fingerprint,
      templates: Array.from(this.#templates.values(), (template) => ({ ...template })),
      other_templates_count: this.#otherTemplatesCount,
      samples: [...this.#samples],
      trace_ids: [...this.#traceIds],
    };
  }

  /** An open incident as `shown` gave it, to grow on. */
  static restore(shown: Incident, quietMs: number): GrowingIncident {
    const first: Anomaly = {
      is_anomaly: true,
      reasons: [],
      service: shown.service,
      template: '',
      template_id: 0,
      fingerprint: shown.fingerprint,
      hst_score: 0,
      timestamp: shown.first_seen,
      message: '',
      level: 'trace',
    };
    const restored = new GrowingIncident(first, quietMs, shown.id);
    restored.#samples.length = 0;
    restored.#lines = new LineCounts();
    restored.#templates.clear();
    restored.#services.clear();
    restored.#lastSeen = shown.last_seen;
    restored.#ongoingUntil = shown.ongoing_until;
    restored.#count = shown.count;
    restored.#lines.restore(shown.services, shown.line_count);
    restored.#otherTemplatesCount = shown.other_templates_count;
    restored.#worstScore = shown.worst_score;
    restored.#worstLevel = LEVELS.indexOf(shown.worst_level);
    for (const [reason, count] of Object.entries(shown.reason_counts)) restored.#reasons.set(reason as Reason, count);
    for (const service of shown.services) restored.#services.add(service);
    for (const template of shown.templates) restored.#templates.set(template.fingerprint, { ...template });
    restored.#samples.push(...shown.samples);
    for (const trace of shown.trace_ids) restored.#traceIds.add(trace);
    return restored;
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
