export interface FirstRow {
  timeMs: number;
  message: Uint8Array;
}

/** The first rows of a group in the order (time, message), whatever order they come in. */
export class FirstRows {
  readonly rows: FirstRow[] = [];
  readonly #rowsMax: number;

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax;
  }

  /** No row after this time can be one of the first. */
  get untilMs(): number {
    return this.rows.length < this.#rowsMax ? Infinity : this.rows.at(-1)!.timeMs;
  }

  /** Copies the message `bytes[start, end)` where it is one of the first; answers how many bytes more are held. */
  add(bytes: Uint8Array, start: number, end: number, timeMs: number): number {
    const { rows } = this;
    const message = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
    let place = rows.length;
    while (place > 0 && comesBefore(timeMs, message, rows[place - 1]!)) place--;
    if (place >= this.#rowsMax) return 0;
    rows.splice(place, 0, { timeMs, message: Buffer.from(message) });
    const gone = rows.length > this.#rowsMax ? rows.pop()!.message.length : 0;
    return message.length - gone;
  }
}

function comesBefore(timeMs: number, message: Uint8Array, row: FirstRow): boolean {
  return timeMs < row.timeMs || (timeMs === row.timeMs && Buffer.compare(message, row.message) < 0);
}

/** The first `rowsMax` rows of two groups that are one. */
export function firstOfBoth(a: readonly FirstRow[], b: readonly FirstRow[], rowsMax: number): FirstRow[] {
  const first: FirstRow[] = [];
  for (let i = 0, j = 0; first.length < rowsMax && i + j < a.length + b.length;) {
    const isOfA = j === b.length || (i < a.length && !comesBefore(b[j]!.timeMs, b[j]!.message, a[i]!));
    first.push(isOfA ? a[i++]! : b[j++]!);
  }
  return first;
}
