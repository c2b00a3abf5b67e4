import { fingerprint } from '../domain/fingerprint.ts';
import { shardOf } from '../decode/service-names.ts';
import type { Detector } from '../score/detector.ts';
import type { KnownTemplate } from './shard-protocol.ts';

/**
 * The template that has, or had, this fingerprint. Only services of the given part are asked, so that a shard with
 * very many of them can be asked in several short calls.
 */
export function findTemplate(
  detectors: Iterable<Detector>,
  wanted: string,
  part: number,
  parts: number,
): KnownTemplate | undefined {
  for (const detector of detectors) {
    const { service } = detector;
    // The name's own hash has chosen the shard; behind another letter it divides the shard's services evenly.
    if (shardOf(`/${service}`, parts) !== part) continue;
    const template = detector.templateOf(wanted);
    if (template === undefined) continue;
    return {
      service,
      fingerprint: detector.fingerprintOf(template),
      template: template.text,
      templateId: template.id,
      count: template.size,
      aliases: template.aliases.map((identity) => fingerprint(service, identity)),
      facts: detector.describe(template),
    };
  }
  return undefined;
}
