import type { ServiceCourse } from '../domain/incident.ts';
import type { Detector } from './detector.ts';

/** Of services in which something that was told goes on, or has become usual. */
export function coursesOf(detectors: Iterable<Detector>): ServiceCourse[] {
  const found: ServiceCourse[] = [];
  for (const { service, ongoing } of detectors) if (ongoing !== undefined) found.push({ service, ...ongoing });
  return found;
}
