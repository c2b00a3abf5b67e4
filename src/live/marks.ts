import { fingerprint } from '../domain/fingerprint.ts';
import type { Mark } from '../domain/feedback.ts';
import type { MinedTemplate } from '../mine/template-miner.ts';
import type { Detector } from '../score/detector.ts';

interface Known {
  generation: number;
  version: number;
  mark: Mark | undefined;
}

/** What users have said of templates, as a shard looks it up for every line: by the template, not by its fingerprint. */
export class Marks {
  #marks: ReadonlyMap<string, Mark> = new Map();
  #generation = 0;
  readonly #known = new WeakMap<MinedTemplate, Known>();

  /** Whether there is anything to look up; most of the time there is not. */
  get any(): boolean {
    return this.#marks.size > 0 || this.#generation > 1;
  }

  set(marks: Iterable<readonly [string, Mark]>): void {
    this.#marks = new Map(marks);
    this.#generation++;
  }

  /** By its fingerprint, or one that it had; the detector is told what it is to learn without a word. */
  of(detector: Detector, template: MinedTemplate): Mark | undefined {
    const known = this.#known.get(template);
    if (known?.generation === this.#generation && known.version === template.version) return known.mark;
    const mark =
      this.#marks.get(detector.fingerprintOf(template)) ??
      template.aliases
        .map((identity) => this.#marks.get(fingerprint(detector.service, identity)))
        .find((found) => found !== undefined) ??
      // drain3 keeps no aliases: what was marked stays so when its text changes.
      (known?.generation === this.#generation ? known.mark : undefined);
    detector.accept(template, mark === 'expected');
    this.#known.set(template, { generation: this.#generation, version: template.version, mark });
    return mark;
  }

  /** Of what is said of a whole service. */
  ofService(service: string): Mark | undefined {
    return this.#marks.get(fingerprint(service, ''));
  }

  /** Whether users expect what is said of the service: that is no incident. */
  expects(service: string): boolean {
    return this.ofService(service) === 'expected';
  }
}
