import type { EvalRandom } from './eval-random.ts';

/** Values of a position that are more often new than this are ids, counters or measurements, and are drawn anew. */
const DISTINCT_SHARE = 0.3;
const NUMBER = /^\d{2,12}$/;

/** One real line, cut into what its template holds and what stood at the variable positions. */
export class LineShape {
  readonly #constants: string[];
  /** What stood at the variable positions. */
  readonly values: readonly string[];
  #fresh: readonly boolean[] = [];

  /** `template` is the line with `<*>` for each variable; a line that does not follow it is taken as constant. */
  constructor(line: string, template: string) {
    const constants = template.split('<*>');
    const pattern = constants.map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(.*?)');
    const match = constants.length > 12 ? null : new RegExp(`^${pattern}$`, 's').exec(line);
    this.#constants = match === null ? [line] : constants;
    this.values = match === null ? [] : match.slice(1);
  }

  /** Says for all lines of one template which positions are drawn anew and which keep their few usual values. */
  static markVariables(shapes: readonly LineShape[]): void {
    const fresh = columns(shapes).map((values) => new Set(values).size > DISTINCT_SHARE * values.length);
    for (const shape of shapes) shape.#fresh = fresh;
  }

  /**
   * The variable position whose numbers have a usual range, or -1: at least ten, all alike within a decade. A number that
   * stands by itself is a measurement; a port or a part of an address, a time or a name is not.
   */
  static measuredPosition(shapes: readonly LineShape[]): number {
    const constants = shapes[0] === undefined ? [] : shapes[0].#constants;
    return columns(shapes).findIndex((values, index) => {
      const alone = /(?:^|[\s=([])$/.test(constants[index] ?? '') && /^(?:$|[\s,)\]])/.test(constants[index + 1] ?? '');
      if (!alone || /port[\s=]$/i.test(constants[index] ?? '')) return false;
      if (values.length < 20 || !values.every((value) => NUMBER.test(value))) return false;
      const sorted = values.map(Number).toSorted((a, b) => a - b);
      const median = sorted[sorted.length >> 1] ?? 0;
      return median >= 10 && (sorted.at(-1) ?? 0) < 10 * median;
    });
  }

  say(random: EvalRandom): string {
    return this.#join((index) => this.#value(index, random));
  }

  /** As {@link say}, with the number at `position` multiplied. */
  sayScaled(random: EvalRandom, position: number, factor: number): string {
    return this.#join((index) => {
      const value = this.#value(index, random);
      return index === position ? String(Math.round(Number(value) * factor)) : value;
    });
  }

  #value(index: number, random: EvalRandom): string {
    const value = this.values[index] ?? '';
    return this.#fresh[index] === true ? vary(value, random) : value;
  }

  #join(value: (index: number) => string): string {
    let text = this.#constants[0] ?? '';
    for (let i = 1; i < this.#constants.length; i++) text += value(i - 1) + this.#constants[i];
    return text;
  }
}

function columns(shapes: readonly LineShape[]): string[][] {
  const count = Math.max(0, ...shapes.map(({ values }) => values.length));
  return Array.from({ length: count }, (_, index) => shapes.map(({ values }) => values[index] ?? ''));
}

const VARIABLE =
  /\d{4}-\d\d-\d\d|(?:\d{1,3}\.){3}\d{1,3}|\d\d:\d\d(?::\d\d)?|(?<![A-Za-z0-9])(?=[a-f]*\d)[0-9a-f]{7,}(?![A-Za-z0-9])|\d{2,}/g;

/** Another value of the same kind and length: an address stays an address, a time a time, letters stay letters. */
function vary(value: string, random: EvalRandom): string {
  return value.replaceAll(VARIABLE, (run) => {
    if (/^\d{4}-\d\d-\d\d$/.test(run)) return run;
    if (run.includes('.')) return random.ip();
    if (run.includes(':')) return run.replaceAll(/\d\d/g, () => String(random.int(0, 23)).padStart(2, '0'));
    // Five digits may be a port, of which there are 65535.
    const firstMax = run.length === 5 ? 5 : 9;
    let varied = '';
    for (let i = 0; i < run.length; i++) {
      const isDigit = run.charCodeAt(i) < 58;
      varied += isDigit
        ? i === 0
          ? random.int(1, firstMax)
          : random.int(0, 9)
        : String.fromCharCode(97 + random.int(0, 5));
    }
    return varied;
  });
}
