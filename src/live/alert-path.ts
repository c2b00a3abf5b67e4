import type { Anomaly } from '../domain/anomaly.ts';
import type { IncidentChange } from '../domain/incident.ts';
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
}

export interface AlertPathOptions {
  anomalies: AnomalyLog;
  incidents: Incidents;
  incidentLog: IncidentLog;
  /** Resolves once the record is kept; until then no sender hears that its anomalies were taken. */
  keep?: (record: AlertRecord) => Promise<void>;
  /** Told what has been kept. */
  onRecord?: (record: AlertRecord) => void;
}

/** From anomalies to what people hear of: the live stream, incidents, sinks. One after the other, in order. */
export class AlertPath {
  readonly #options: AlertPathOptions;
  /** Incidents opened so far. */
  opened = 0;

  constructor(options: AlertPathOptions) {
    this.#options = options;
  }

  /** Takes what a shard found; resolves when it may be acknowledged. */
  take(batch: AnomalyBatch): Promise<void> {
    const { anomalies: log, incidents } = this.#options;
    const firstAnomalyId = log.nextId;
    log.append(batch);
    const anomalies = readAnomalies(batch);
    const changes = anomalies.flatMap((anomaly) => incidents.add(anomaly).changes);
    return this.#tell({ batch, firstAnomalyId, anomalies, changes });
  }

  /** It is this late: what has been quiet is over. */
  advance(nowMs: number): Promise<void> {
    const changes = this.#options.incidents.advance(nowMs);
    if (changes.length === 0) return Promise.resolve();
    return this.#tell({ batch: undefined, firstAnomalyId: 0, anomalies: [], changes });
  }

  async #tell(found: Omit<AlertRecord, 'firstChangeId'>): Promise<void> {
    const { incidentLog, keep, onRecord } = this.#options;
    const record = { ...found, firstChangeId: incidentLog.nextId };
    incidentLog.append(found.changes);
    this.opened += found.changes.filter(({ kind }) => kind === 'opened').length;
    await keep?.(record);
    onRecord?.(record);
  }
}
