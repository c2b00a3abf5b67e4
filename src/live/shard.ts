import { serviceOf } from '../decode/logs-request.ts';
import { RecordColumns } from '../decode/record-columns.ts';
import { ServiceNames } from '../decode/service-names.ts';
import { countsByReason, REASON_BIT, reasonsOf } from '../domain/anomaly.ts';
import type { Anomaly } from '../domain/anomaly.ts';
import type { Mark } from '../domain/feedback.ts';
import type { LevelIndex } from '../domain/level.ts';
import { PackedRowReader } from '../domain/packed-rows.ts';
import type { Detector, Finding, Verdict } from '../score/detector.ts';
import { coursesOf } from '../score/courses.ts';
import { Replay } from '../score/replay.ts';
import { kindOf, lineOfFinding } from './anomalous-line.ts';
import { AnomalyBatchWriter } from './anomaly-batch.ts';
import { busiest } from './busiest.ts';
import { displayTime, windowTime } from './event-time.ts';
import { findTemplate } from './known-template.ts';
import { Marks } from './marks.ts';
import { RowBuffer } from './row-buffer.ts';
import type { BufferedService } from './row-buffer.ts';
import { SavedModels } from './saved-models.ts';
import { ServiceTable } from './service-table.ts';
import { TenantModels } from './tenant-models.ts';
import type {
  DetectedRows,
  KnownTemplate,
  RestoredModels,
  SavedModel,
  ScoredRequest,
  ServiceActivity,
  ServiceRows,
  ShardOptions,
  ShardStatus,
  SnapshotCall,
  TakenModels,
  Tenant,
  TickedShard,
} from './shard-protocol.ts';
import { writeShardStats } from './shard-stats.ts';

const DETECT_JOBS_MAX = 16;
/** Where the Collector's drain processor puts the template that it has found. */
const TEMPLATE_ATTRIBUTE = 'log.record.template';

/** All state of the services that hash to one shard; knows nothing of threads. */
export class Shard {
  readonly #options: ShardOptions;
  readonly #services: ServiceTable;
  readonly #tenants: TenantModels;
  readonly #buffer: RowBuffer;
  readonly #columns: RecordColumns;
  readonly #names: ServiceNames;
  readonly #anomalies = new AnomalyBatchWriter();
  readonly #saved: SavedModels;
  readonly #jobs = new Map<number, DetectJob>();
  readonly #lent: (() => void)[] = [];
  readonly #marks = new Marks();
  readonly #raised = countsByReason(() => 0);
  readonly #counts = {
    records: 0,
    expected: 0,
    overflow: 0,
    clamped: 0,
    droppedAttributes: 0,
    unresolvedValues: 0,
    newestEventMs: 0,
  };

  constructor(options: ShardOptions) {
    this.#options = options;
    const { keepsTemplates } = options.detector.miner;
    this.#columns = new RecordColumns(keepsTemplates === true ? { templateAttribute: TEMPLATE_ATTRIBUTE } : {});
    this.#services = new ServiceTable(options.servicesMax, options.detector);
    this.#tenants = new TenantModels(options.servicesMax, options.detector);
    this.#saved = new SavedModels(this.#services, this.#tenants, options.detector);
    this.#buffer = new RowBuffer({ bytesMax: options.bufferBytesMax, ageMaxMs: options.bufferAgeMaxMs });
    this.#names = new ServiceNames({ attributes: options.serviceAttributes, shards: 1 });
  }

  /**
   * Scores, learns and buffers every record of the `ResourceLogs` messages at `ranges` (start, end, start, end, ...).
   * Throws `DecodeError` before anything is learnt when one of them is malformed.
   */
  scoreOtlp(bytes: Uint8Array, ranges: Int32Array, receivedMs: number): ScoredRequest {
    const columns = this.#columns;
    columns.begin(bytes);
    const ends = new Int32Array(ranges.length / 2);
    for (let i = 0; i < ends.length; i++) {
      columns.append(ranges[i * 2]!, ranges[i * 2 + 1]!);
      ends[i] = columns.count;
    }
    for (let i = 0, first = 0; i < ends.length; first = ends[i]!, i++) {
      const { name } = serviceOf(bytes, ranges[i * 2]!, ranges[i * 2 + 1]!, this.#names);
      this.#scoreService(name, bytes, first, ends[i]!, receivedMs);
    }
    this.#counts.records += columns.count;
    this.#counts.droppedAttributes += columns.droppedAttributes;
    this.#counts.unresolvedValues += columns.unresolvedValues;
    const records = columns.count;
    columns.release();
    return { records, anomalies: this.#anomalies.take() };
  }

  #scoreService(service: string, bytes: Uint8Array, first: number, end: number, receivedMs: number): void {
    const detector = this.#services.touch(service, receivedMs, end - first);
    if (detector.service !== service) this.#counts.overflow += end - first;
    const { messageStart, messageEnd, inScratch, level, timeMs, body, templateStart, templateEnd } = this.#columns;
    const scratch = body.scratch.bytes;
    const buffer = this.#buffer;
    const ageMaxMs = this.#options.bufferAgeMaxMs;
    let newestMs = this.#counts.newestEventMs;
    for (let i = first; i < end; i++) {
      const source = inScratch[i] === 1 ? scratch : bytes;
      const start = messageStart[i]!;
      const stop = messageEnd[i]!;
      const severity = level[i] as LevelIndex;
      const ownMs = timeMs[i]!;
      const eventMs = windowTime(ownMs, receivedMs, ageMaxMs);
      if (eventMs !== ownMs && ownMs !== 0) this.#counts.clamped++;
      if (eventMs > newestMs) newestMs = eventMs;
      if (templateEnd[i]! > templateStart[i]!) detector.keepTemplate(bytes, templateStart[i]!, templateEnd[i]!);
      const verdict = detector.score(source, start, stop, severity, eventMs);
      buffer.append(detector.service, source, start, stop, eventMs, severity, receivedMs);
      const alerts = this.#marks.any ? this.#marked(detector, verdict) : verdict.alerts;
      if (alerts !== 0) this.#raise(service, detector, verdict, source, i, displayTime(ownMs, receivedMs), bytes);
    }
    this.#counts.newestEventMs = newestMs;
  }

  /** What a verdict raises, with what users have said of its template. */
  #marked(detector: Detector, verdict: Verdict): number {
    const mark = this.#marks.of(detector, verdict.template);
    if (mark === undefined) return verdict.alerts;
    if (mark === 'watch') {
      verdict.reasons |= REASON_BIT.watched;
      return verdict.alerts | REASON_BIT.watched;
    }
    if (verdict.alerts !== 0) this.#counts.expected++;
    return 0;
  }

  #raise(
    service: string,
    detector: Detector,
    verdict: Verdict,
    source: Uint8Array,
    i: number,
    timestampMs: number,
    idBytes: Uint8Array,
  ): void {
    const columns = this.#columns;
    for (const reason of reasonsOf(verdict.reasons)) this.#raised[reason]++;
    this.#anomalies.add({
      kind: kindOf(service, detector, verdict.template),
      timestampMs,
      score: verdict.score,
      level: columns.levelOf(i),
      reasons: verdict.reasons,
      source,
      messageStart: columns.messageStart[i]!,
      messageEnd: columns.messageEnd[i]!,
      idBytes,
      traceIdStart: columns.traceIdStart[i]!,
      spanIdStart: columns.spanIdStart[i]!,
      explanation: detector.explain(source, columns.messageStart[i]!, columns.messageEnd[i]!),
    });
  }

  /** Teaches models rows of a window; raises nothing and buffers nothing. */
  learn(tenant: Tenant, batches: readonly ServiceRows[], receivedMs: number): { rows: number } {
    let rows = 0;
    for (const { service, bytes } of batches) {
      const reader = new PackedRowReader(bytes);
      let detector: Detector | undefined;
      for (; reader.next(); rows++) {
        detector ??=
          tenant === undefined
            ? this.#services.touch(service, receivedMs)
            : this.#tenants.touch(tenant, service, receivedMs);
        detector.learn(bytes, reader.messageStart, reader.messageEnd, reader.level, reader.timestampMs);
      }
    }
    return { rows };
  }

  /**
   * Scores rows with copies of the models, which live until the job ends; the models themselves learn nothing.
   * The rows of all shards together have come to `reachedMs`.
   */
  detect(tenant: Tenant, job: number, batches: readonly ServiceRows[], reachedMs: number): DetectedRows {
    const { replay, found } = this.#jobs.get(job) ?? this.#openJob(tenant, job);
    let records = 0;
    for (const { service, bytes } of batches) {
      const reader = new PackedRowReader(bytes);
      for (; reader.next(); records++) {
        replay.add(service, bytes, reader.messageStart, reader.messageEnd, reader.level, reader.timestampMs);
      }
    }
    if (Number.isFinite(reachedMs)) replay.reach(reachedMs);
    return { records, anomalies: found.splice(0) };
  }

  /** The clock of all services has come to `nowMs`: what is missing or too many shows without any line. */
  tick(nowMs: number): TickedShard {
    for (const detector of this.#services.detectors()) {
      for (const finding of detector.tick(nowMs)) this.#tell(detector, finding);
    }
    const courses = coursesOf(this.#services.detectors()).filter(({ service }) => !this.#marks.expects(service));
    return { anomalies: this.#anomalies.take(), courses };
  }

  #tell(detector: Detector, finding: Finding): void {
    this.#services.markChanged(detector.service);
    const { template } = finding;
    const mark = template === undefined ? this.#marks.ofService(detector.service) : this.#marks.of(detector, template);
    if (mark === 'expected') {
      this.#counts.expected++;
      return;
    }
    for (const reason of finding.reasons) this.#raised[reason]++;
    this.#anomalies.add(lineOfFinding(detector, finding));
  }

  template(fingerprint: string, part: number, parts: number): KnownTemplate | undefined {
    return findTemplate(this.#services.detectors(), fingerprint, part, parts);
  }

  mark(marks: readonly (readonly [string, Mark])[]): undefined {
    this.#marks.set(marks);
  }

  /** Forgets the job; answers what showed at the end of its rows. */
  endJob(job: number): Anomaly[] {
    const opened = this.#jobs.get(job);
    this.#jobs.delete(job);
    opened?.replay.finish();
    return opened?.found ?? [];
  }

  lendBuffer(nowMs: number): BufferedService[] {
    this.#buffer.expire(nowMs);
    const { services, release } = this.#buffer.lend();
    this.#lent.push(release);
    return services;
  }

  returnBuffer(): undefined {
    this.#lent.shift()?.();
  }

  status(tenant: Tenant, wanted: string | undefined, limit: number): ShardStatus {
    const status: ShardStatus = { serviceCount: 0, learningCount: 0, lineCount: 0, templateCount: 0, services: [] };
    const models = tenant === undefined ? this.#services.detectors() : this.#tenants.detectors(tenant);
    for (const { service, lines, learning, miner } of models) {
      const templates = miner.templateCount;
      status.serviceCount++;
      status.lineCount += lines;
      status.templateCount += templates;
      if (learning) status.learningCount++;
      if (wanted !== undefined && wanted !== service) continue;
      status.services.push({ service, lines, learning, templates, templates_evicted: miner.evicted });
    }
    status.services.sort((a, b) => (a.service < b.service ? -1 : 1));
    status.services.length = Math.min(status.services.length, limit);
    return status;
  }

  snapshot(call: SnapshotCall): TakenModels {
    return this.#saved.take(call);
  }

  restore(models: readonly SavedModel[], nowMs: number): RestoredModels {
    return this.#saved.restore(models, nowMs);
  }

  /** The busiest services, and those of `named` that are not among them. */
  activity(limit: number, named: readonly string[]): ServiceActivity[] {
    const found = busiest(this.#services.activity(), limit);
    const known = new Set(found.map(({ service }) => service));
    const others = named.filter((service) => !known.has(service));
    return [...found, ...others.flatMap((service) => this.#services.activityOf(service) ?? [])];
  }

  /** Forgets the models of a tenant, or, without one, the live ones: each leaves the others alone. */
  reset(tenant: Tenant): undefined {
    if (tenant !== undefined) {
      this.#tenants.remove(tenant);
      return;
    }
    this.#services.clear();
    this.#jobs.clear();
  }

  /** Writes the counters that cost nothing to know; called after every request. */
  writeCounters(target: Float64Array): void {
    const counts = this.#counts;
    writeShardStats(target, {
      recordsScored: counts.records,
      ...this.#raised,
      anomaliesExpected: counts.expected,
      overflowRecords: counts.overflow,
      timestampsClamped: counts.clamped,
      droppedAttributes: counts.droppedAttributes,
      unresolvedValues: counts.unresolvedValues,
      newestEventMs: counts.newestEventMs,
      services: this.#services.size,
      servicesEvicted: this.#services.evicted,
      tenantModels: this.#tenants.size,
      tenantModelsEvicted: this.#tenants.evicted,
      bufferBytes: this.#buffer.bytes,
      bufferRows: this.#buffer.rows,
      bufferEvictedRows: this.#buffer.evictedRows,
    });
  }

  /** Writes the sums over all services as well; called once in a while. */
  writeStats(target: Float64Array): void {
    this.writeCounters(target);
    let learningServices = 0;
    let templates = 0;
    for (const { learning, miner } of this.#services.detectors()) {
      if (learning) learningServices++;
      templates += miner.templateCount;
    }
    writeShardStats(target, { learningServices, templates, templatesEvicted: this.#services.templatesEvicted });
  }

  #openJob(tenant: Tenant, job: number): DetectJob {
    if (this.#jobs.size >= DETECT_JOBS_MAX) throw new Error(`more than ${DETECT_JOBS_MAX} windows are being scored`);
    const found: Anomaly[] = [];
    const known = (service: string) =>
      tenant === undefined ? this.#services.peek(service) : this.#tenants.peek(tenant, service);
    const replay = new Replay({
      detector: this.#options.detector,
      servicesMax: this.#options.servicesMax,
      everyLine: true,
      create: (service) => known(service)?.clone() ?? this.#services.create(service),
      onAnomaly: ({ alerts: _alerts, found: _found, ...anomaly }) => found.push(anomaly),
    });
    const opened = { replay, found };
    this.#jobs.set(job, opened);
    return opened;
  }
}

/** A window that is being scored, and what was found since it was last asked. */
interface DetectJob {
  replay: Replay;
  found: Anomaly[];
}
