import { describe, expect, it } from 'vitest';
import { PythonRandom } from '../../src/score/python-random.ts';

/** From CPython 3.11: three `random()`, a thousand more, then `uniform(-3, 7)` and twelve `choices`. */
const CPYTHON = [
  {
    seed: 0,
    first: [0.8444218515250481, 0.7579544029403025, 0.420571580830845],
    later: 0.7786177341461099,
    uniform: 4.472819508031961,
    choices: [2, 3, 2, 3, 2, 2, 3, 2, 0, 2, 3, 3],
  },
  {
    seed: 42,
    first: [0.6394267984578837, 0.025010755222666936, 0.27502931836911926],
    later: 0.5444658614821449,
    uniform: 6.778425294520467,
    choices: [2, 2, 2, 0, 3, 2, 3, 3, 3, 0, 3, 2],
  },
  {
    seed: 4294967301,
    first: [0.15727238718789782, 0.2824866316461999, 0.6044540318498407],
    later: 0.8998117908894872,
    uniform: 4.609701493553615,
    choices: [3, 0, 0, 3, 3, 3, 2, 3, 3, 2, 2, 3],
  },
  {
    seed: 9007199254740991,
    first: [0.09425040007102303, 0.22287455761867403, 0.19135148760372034],
    later: 0.2816880672348189,
    uniform: 3.383527494600542,
    choices: [2, 3, 2, 0, 2, 3, 3, 3, 3, 3, 3, 0],
  },
];

describe('python random', () => {
  it.each(CPYTHON)('seed $seed draws what CPython draws', ({ seed, first, later, uniform, choices }) => {
    const random = new PythonRandom(seed);
    expect([random.random(), random.random(), random.random()]).toEqual(first);
    for (let i = 0; i < 999; i++) random.random();
    expect(random.random()).toBe(later);
    expect(random.uniform(-3, 7)).toBe(uniform);
    expect(choices.map(() => random.choice([1, 0, 2.5, 3]))).toEqual(choices);
  });

  it('refuses weights without a positive sum', () => {
    expect(() => new PythonRandom(1).choice([0, 0])).toThrow('weights must have a positive sum, got 0');
  });
});
