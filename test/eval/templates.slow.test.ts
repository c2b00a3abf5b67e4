import { describe, expect, it } from 'vitest';
import { shared } from '../shared.ts';
import { correctTemplate } from './templates-correction.ts';
import { accuracyOf, templateAccuracies } from './templates.ts';

describe.skipIf(!shared)('templates of real logs', () => {
  it('agree with the truth in the default profile, on the average of all sets', () => {
    const average = templateAccuracies().find((row) => row.set === 'average' && row.profile === 'default')!;
    expect(average.ga).toBeGreaterThan(0.99);
    expect(average.fga).toBeGreaterThan(0.955);
    expect(average.pa).toBeGreaterThan(0.97);
    expect(average.fta).toBeGreaterThan(0.93);
  });
});

describe('accuracy', () => {
  it('counts groups that are exactly right, and texts that are', () => {
    const truth = {
      contents: ['open 1', 'open 2', 'shut x', 'shut y'],
      events: ['A', 'A', 'B', 'B'],
      templates: ['open <*>', 'open <*>', 'shut <*>', 'shut <*>'],
    };
    expect(accuracyOf('s', 'default', truth)).toEqual({
      set: 's',
      profile: 'default',
      ga: 0.5,
      fga: 0.4,
      pa: 0.5,
      fta: 0.4,
    });
  });

  it.each([
    ['a  b 12 /x/y true', 'a b <*> <*> <*>', 'a b <*> <*> <*>'],
    ['blk_<*> at <*>.<*>:<*>', '<*> at <*>:<*>', '<*> at <*>'],
    ['core.7 #<*> x', 'core.<*> #<*> x', 'core.<*> <*> x'],
  ])('compares %j by the correction rules', (text, plain, joined) => {
    expect([correctTemplate(text, false), correctTemplate(text, true)]).toEqual([plain, joined]);
  });
});
