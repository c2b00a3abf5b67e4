import { fingerprint } from '../domain/fingerprint.ts';
import { CHANGED } from '../mine/template-miner.ts';
import type { MinedTemplate } from '../mine/template-miner.ts';
import type { Detector } from '../score/detector.ts';

/** Templates told apart in one file; rows of all further ones share the last place. */
const PLACES_MAX = 1 << 20;
/** From so many places on, those of templates that are gone are looked for. */
const SETTLE_FROM = 4096;
const OVERFLOW = { template: '<overflow>', fingerprint: fingerprint('', '<overflow>') };

/** What a template is called in the end. */
export interface FinalTemplate {
  template: string;
  fingerprint: string;
}

/** A place as long as its template lives; then what it was, or the place of the one that it became part of. */
type Place = { detector: Detector; template: MinedTemplate } | FinalTemplate | number;

/**
 * Which template each row had, as a small number that can be kept per row, and what that template has become by the
 * end: templates generalise and merge while rows go by.
 */
export class TemplateBook {
  readonly #placesMax: number;
  readonly #places: Place[] = [];
  readonly #numbers = new Map<MinedTemplate, number>();
  readonly #settleFrom: number;
  #settleAt: number;
  #overflowed = 0;

  constructor(placesMax = PLACES_MAX, settleFrom = SETTLE_FROM) {
    this.#placesMax = placesMax;
    this.#settleFrom = settleFrom;
    this.#settleAt = settleFrom;
  }

  /** Rows whose template had no place. */
  get overflowedRows(): number {
    return this.#overflowed;
  }

  /** The number of the template that `detector` has just judged a line by. */
  numberOf(detector: Detector, template: MinedTemplate): number {
    const number = this.#numbers.get(template) ?? this.#admit(detector, template);
    if (detector.miner.change === CHANGED) this.#redirect(detector, number);
    return number;
  }

  /** By number, once all rows are through. */
  finish(): FinalTemplate[] {
    const finals: FinalTemplate[] = [];
    for (let number = 0; number < this.#places.length; number++) finals.push(this.#final(number));
    return finals;
  }

  #admit(detector: Detector, template: MinedTemplate): number {
    if (this.#places.length >= this.#settleAt) this.#settle();
    if (this.#places.length >= this.#placesMax) {
      this.#overflowed++;
      this.#places[this.#placesMax] = OVERFLOW;
      return this.#placesMax;
    }
    const number = this.#places.push({ detector, template }) - 1;
    this.#numbers.set(template, number);
    return number;
  }

  #redirect(detector: Detector, survivor: number): void {
    for (const gone of detector.miner.absorbed) {
      const number = this.#numbers.get(gone);
      if (number === undefined || number === survivor) continue;
      this.#numbers.delete(gone);
      this.#places[number] = survivor;
    }
  }

  #final(number: number): FinalTemplate {
    let at = number;
    let place = this.#places[at] as Place;
    while (typeof place === 'number') {
      at = place;
      place = this.#places[at] as Place;
    }
    // The next that comes along finds it at once.
    if (at !== number) this.#places[number] = at;
    return 'fingerprint' in place ? place : finalOf(place.detector, place.template);
  }

  /** Lets go of templates that their miner has dropped: only their names are kept. */
  #settle(): void {
    const living = new Map<Detector, Set<MinedTemplate>>();
    for (const [template, number] of this.#numbers) {
      const place = this.#places[number] as Place;
      if (typeof place === 'number' || 'fingerprint' in place) continue;
      const { detector } = place;
      let own = living.get(detector);
      if (own === undefined) living.set(detector, (own = new Set(detector.miner.templates())));
      if (own.has(template)) continue;
      this.#places[number] = finalOf(detector, template);
      this.#numbers.delete(template);
    }
    this.#settleAt = Math.max(this.#settleFrom, this.#places.length * 2);
  }
}

function finalOf(detector: Detector, template: MinedTemplate): FinalTemplate {
  return { template: template.text, fingerprint: detector.fingerprintOf(template) };
}
