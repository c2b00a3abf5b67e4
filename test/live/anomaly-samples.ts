import { REASON_BIT } from '../../src/domain/anomaly.ts';
import type { Anomaly } from '../../src/domain/anomaly.ts';
import { LEVELS } from '../../src/domain/level.ts';
import type { LevelIndex } from '../../src/domain/level.ts';
import { AnomalyBatchWriter } from '../../src/live/anomaly-batch.ts';
import type { AnomalyBatch } from '../../src/live/anomaly-batch.ts';

/** Anomalies as a shard packs them. */
export function packAnomalies(anomalies: readonly Anomaly[]): AnomalyBatch {
  const writer = new AnomalyBatchWriter();
  for (const anomaly of anomalies) {
    const source = new TextEncoder().encode(anomaly.message);
    const ids = Buffer.from((anomaly.trace_id ?? '') + (anomaly.span_id ?? ''), 'hex');
    const { service, template, template_id: templateId, fingerprint } = anomaly;
    writer.add({
      kind: { service, template, templateId, fingerprint },
      timestampMs: anomaly.timestamp,
      score: anomaly.hst_score,
      level: LEVELS.indexOf(anomaly.level) as LevelIndex,
      reasons: anomaly.reasons.reduce((bits, reason) => bits | REASON_BIT[reason], 0),
      source,
      messageStart: 0,
      messageEnd: source.length,
      idBytes: ids,
      traceIdStart: anomaly.trace_id === undefined ? -1 : 0,
      spanIdStart: anomaly.span_id === undefined ? -1 : ids.length - 8,
      explanation: anomaly.explanation,
    });
  }
  return writer.take()!;
}

/** One new template of `checkout` a message. */
export function anomalyBatch(...messages: string[]): AnomalyBatch {
  return packAnomalies(
    messages.map((message) => ({
      is_anomaly: true,
      reasons: ['new_template'],
      service: 'checkout',
      template: 'a template',
      template_id: 1,
      fingerprint: '0123456789abcdef',
      hst_score: 0.5,
      timestamp: 1,
      message,
      level: 'error',
    })),
  );
}
