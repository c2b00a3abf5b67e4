const N = 624;
const M = 397;

/**
 * CPython's `random.Random(seed)` for a non-negative integer seed, number for number: Mersenne Twister MT19937
 * (Matsumoto and Nishimura, 1998) seeded by `init_by_array` with the seed's 32-bit words, lowest first.
 */
export class PythonRandom {
  readonly #state = new Uint32Array(N);
  #next = N;

  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`seed must be a non-negative safe integer, got ${seed}`);
    }
    const low = seed >>> 0;
    const high = Math.floor(seed / 2 ** 32);
    this.#seedByArray(high === 0 ? [low] : [low, high]);
  }

  /** A double in [0, 1) of 53 random bits. */
  random(): number {
    const high = this.#uint32() >>> 5;
    const low = this.#uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  uniform(from: number, to: number): number {
    return from + (to - from) * this.random();
  }

  /** Index drawn as `choices(range(n), weights)[0]` draws it: bisection on the right of the running sums. */
  choice(weights: ArrayLike<number>): number {
    const sums = new Float64Array(weights.length);
    let total = 0;
    for (let i = 0; i < weights.length; i++) sums[i] = total += weights[i]!;
    if (!(total > 0)) throw new RangeError(`weights must have a positive sum, got ${total}`);
    const point = this.random() * total;
    let low = 0;
    let high = weights.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (point < sums[middle]!) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #uint32(): number {
    if (this.#next === N) this.#twist();
    let y = this.#state[this.#next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < N; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % N]! & 0x7fffffff);
      state[i] = state[(i + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }

  #seedByArray(key: readonly number[]): void {
    const state = this.#state;
    state[0] = 19650218;
    for (let i = 1; i < N; i++) state[i] = Math.imul(1812433253, mixed(state, i)) + i;

    let i = 1;
    let j = 0;
    for (let k = Math.max(N, key.length); k > 0; k--) {
      state[i] = (state[i]! ^ Math.imul(mixed(state, i), 1664525)) + key[j]! + j;
      if (++i === N) {
        state[0] = state[N - 1]!;
        i = 1;
      }
      j = (j + 1) % key.length;
    }
    for (let k = N - 1; k > 0; k--) {
      state[i] = (state[i]! ^ Math.imul(mixed(state, i), 1566083941)) - i;
      if (++i === N) {
        state[0] = state[N - 1]!;
        i = 1;
      }
    }
    state[0] = 0x80000000;
  }
}

function mixed(state: Uint32Array, i: number): number {
  const previous = state[i - 1]!;
  return previous ^ (previous >>> 30);
}
