import type { ServiceCourse } from '../domain/incident.ts';
import type { Detector } from '../score/detector.ts';
import type { Marks } from './marks.ts';

/** Of services in which something that was told goes on, or has become usual; what users expect is no incident. */
export function coursesOf(detectors: Iterable<Detector>, marks: Marks): ServiceCourse[] {
  const found: ServiceCourse[] = [];
  for (const { service, ongoing } of detectors) {
    if (ongoing !== undefined && marks.ofService(service) !== 'expected') found.push({ service, ...ongoing });
  }
  return found;
}
