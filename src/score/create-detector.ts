import { DefaultDetector } from './default/default-detector.ts';
import type { Detector, DetectorOptions } from './detector.ts';
import { ReferenceDetector } from './reference/reference-detector.ts';

export function createDetector(service: string, options: DetectorOptions): Detector {
  const { profile = 'default' } = options;
  return profile === 'default' ? new DefaultDetector(service, options) : new ReferenceDetector(service, options);
}
