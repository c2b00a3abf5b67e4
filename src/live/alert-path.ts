import type { Anomaly } from '../domain/anomaly.ts';
import type { Incident, IncidentChange, ServiceCourse } from '../domain/incident.ts';
import type { Incidents } from '../incident/incidents.ts';
import { readAnomalies } from './anomaly-batch.ts';
import type { AnomalyBatch } from './anomaly-batch.ts';
import type { AnomalyLog } from './anomaly-log.ts';
import type { IncidentLog } from './incident-log.ts';

/** What one batch of anomalies, or a tick of the clock, has brought. */
export interface AlertRecord {
  /** Undefined when only time has passed. */
  batch: AnomalyBatch | undefined;
  /** Id of the batch's first anomaly. */
  firstAnomalyId: number;
  anomalies: readonly Anomaly[];
  /** Of the first change. */
  firstChangeId: number;
  changes: readonly IncidentChange[];
  /** The incidents that its anomalies are part of, and those that were found to go on, as they stand now. */
  standing: readonly Incident[];
}

export interface AlertPathOptions {
  anomalies: AnomalyLog;
  incidents: Incidents;
  incidentLog: IncidentLog;
  /**
   * Resolves once the record is kept, in the order of calls; until then no sender hears that its anomalies were taken,
   * and no reader sees them: an id that somebody has seen is never given to another.
   */
  keep?: (record: AlertRecord) => Promise<void>;
  /** Told what has been kept. */
  onRecord?: (record: AlertRecord) => void;
}

/** From anomalies to what people hear of: the live stream, incidents, sinks. One after the other, in order. */
export class AlertPath {
  readonly #options: AlertPathOptions;
  #nextAnomalyId: number;
  #nextChangeId: number;
  /** Of the latest record. */
  #told = Promise.resolve();
  /** Incidents opened so far. */
  opened = 0;

  constructor(options: AlertPathOptions) {
    this.#options = options;
    this.#nextAnomalyId = options.anomalies.nextId;
    this.#nextChangeId = options.incidentLog.nextId;
  }

  /** Takes what a shard found; resolves when it may be acknowledged. */
  take(batch: AnomalyBatch): Promise<void> {
    const { incidents } = this.#options;
    const firstAnomalyId = this.#nextAnomalyId;
    this.#nextAnomalyId += batch.offsets.length;
    const anomalies = readAnomalies(batch);
    const touched = new Set<string>();
    const changes = anomalies.flatMap((anomaly) => {
      const added = incidents.add(anomaly);
      touched.add(added.id);
      return added.changes;
    });
    return this.#tell({ batch, firstAnomalyId, anomalies, changes, standing: incidents.standing(touched) });
  }

  /** It is this late, and this is what goes on: what has been quiet is over. */
  advance(nowMs: number, courses: readonly ServiceCourse[] = []): Promise<void> {
    const { incidents } = this.#options;
    const standing = incidents.follow(courses, nowMs);
    const changes = incidents.advance(nowMs);
    if (changes.length === 0 && standing.length === 0) return Promise.resolve();
    return this.#tell({ batch: undefined, firstAnomalyId: 0, anomalies: [], changes, standing });
  }

  #tell(found: Omit<AlertRecord, 'firstChangeId'>): Promise<void> {
    const record = { ...found, firstChangeId: this.#nextChangeId };
    this.#nextChangeId += found.changes.length;
    this.opened += found.changes.filter(({ kind }) => kind === 'opened').length;
    const { keep } = this.#options;
    if (keep === undefined) {
      this.#publish(record);
      return Promise.resolve();
    }
    const kept = keep(record);
    this.#told = this.#told.then(async () => {
      await kept;
      this.#publish(record);
    });
    return this.#told;
  }

  #publish(record: AlertRecord): void {
    const { anomalies, incidentLog, onRecord } = this.#options;
    if (record.batch !== undefined) anomalies.append(record.batch);
    incidentLog.append(record.changes, record.standing);
    onRecord?.(record);
  }
}
