import { describe, expect, it } from 'vitest';
import { INFO } from '../../../src/domain/level.ts';
import { createDetector } from '../../../src/score/create-detector.ts';
import { nearestTemplate } from '../../../src/score/default/nearest-template.ts';

const START_MS = 1_795_305_600_000;
const COLOURS = 'red blue green black white grey pink brown gold cyan lime teal'.split(' ');

/** Templates as the miner of a service makes them. */
function shop() {
  const detector = createDetector('shop', { hstThreshold: 0.7, miner: { simTh: 0.4, maxTemplates: 2000 } });
  const say = (text: string, times: number) => {
    const bytes = new TextEncoder().encode(text);
    for (let i = 1; i < times; i++) detector.score(bytes, 0, bytes.length, INFO, START_MS);
    return detector.score(bytes, 0, bytes.length, INFO, START_MS).template;
  };
  return say;
}

describe('the search for the nearest usual template is bounded', () => {
  it('looks at the 500 most frequent templates', () => {
    const say = shop();
    const [frequent, near, here] = [
      say('disk is full', 3),
      say('charge was captured by us', 2),
      say('charge was captured', 1),
    ];
    expect(nearestTemplate(here, [...Array<typeof near>(499).fill(frequent), near])?.template).toBe(near);
    expect(nearestTemplate(here, [...Array<typeof near>(500).fill(frequent), near])).toBeUndefined();
  });

  it('shows the first eight runs of tokens that differ', () => {
    const say = shop();
    const usual = say(COLOURS.map((name) => `${name} ${name}ness`).join(' '), 2);
    const differences = nearestTemplate(say(COLOURS.join(' '), 1), [usual])?.differences;
    expect(differences).toEqual(COLOURS.slice(0, 8).map((name) => ({ usual: `${name}ness`, here: '' })));
  });

  it('compares the first 64 tokens', () => {
    const say = shop();
    const tokens = (count: number) => Array.from({ length: count }, (_, i) => COLOURS[i % COLOURS.length]).join(' ');
    const differences = (count: number) =>
      nearestTemplate(say(`${tokens(count)} pump valve`, 1), [say(`${tokens(count)} disk`, 2)])?.differences;
    expect(differences(63)).toEqual([{ usual: 'disk', here: 'pump' }]);
    expect(differences(64)).toEqual([]);
  });
});
