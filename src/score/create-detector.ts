import type { Detector, DetectorOptions } from './detector.ts';
import { ReferenceDetector } from './reference/reference-detector.ts';

export function createDetector(service: string, options: DetectorOptions): Detector {
  return new ReferenceDetector(service, options);
}
