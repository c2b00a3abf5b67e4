import { bitsOf } from '../domain/anomaly.ts';
import { fingerprint } from '../domain/fingerprint.ts';
import type { MinedTemplate } from '../mine/template-miner.ts';
import type { Detector, Finding } from '../score/detector.ts';
import type { AnomalousLine, AnomalyKind } from './anomaly-batch.ts';

const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array(0);

/** A finding as the anomaly it is: its sentence stands where a line's message does. */
export function lineOfFinding(detector: Detector, finding: Finding): AnomalousLine {
  const { service } = detector;
  const { template, timestamp, score, level, explanation } = finding;
  const source = encoder.encode(finding.message);
  const wholeService = { service, template: '', templateId: 0, fingerprint: fingerprint(service, '') };
  return {
    kind: template === undefined ? wholeService : kindOf(service, detector, template),
    timestampMs: timestamp,
    score,
    level,
    reasons: bitsOf(finding.reasons),
    source,
    messageStart: 0,
    messageEnd: source.length,
    idBytes: NO_BYTES,
    traceIdStart: -1,
    spanIdStart: -1,
    explanation,
  };
}

export function kindOf(service: string, detector: Detector, template: MinedTemplate): AnomalyKind {
  const fingerprint = detector.fingerprintOf(template);
  return { service, template: template.text, templateId: template.id, fingerprint };
}
