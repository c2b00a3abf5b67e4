import { expect, test } from 'vitest';
import { REASONS } from '../../src/domain/anomaly.ts';
import { reasonWords, REASON_WORDS } from '../../src/dashboard/ui/reason-words.ts';

const anomaly = { reasons: [...REASONS], service: 'checkout', hst_score: 0.824 };
const explanation = { features: [], first_seen: 0, last_seen: 0, template_count: 1, repeats: 0 };

test('each reason is told in words, with its numbers where they are known', () => {
  const details = [
    { reason: 'error_burst' as const, observed: 72, expected: 2.094, unit: 'error lines in 60 s', since: 0 },
    {
      reason: 'rate_spike' as const,
      observed: 20_000,
      expected: 3,
      unit: 'lines in 20 s',
      since: 0,
      scope: 'service' as const,
    },
    {
      reason: 'rate_spike' as const,
      observed: 40,
      expected: 3,
      unit: 'lines of this template in 20 s or so',
      since: 0,
    },
  ];
  expect(reasonWords({ ...anomaly, explanation: { ...explanation, details } })).toEqual([
    'unlike the usual lines: score 0.82 of 1',
    'first time this template was seen in checkout',
    'more errors than usual: 72 error lines in 60 s, usually 2.09',
    'far more lines than usual in the whole service: 20,000 lines in 20 s, usually 3',
    'far fewer lines than usual',
    'usually said at a lower level',
    'a value far beyond the usual',
    'watched: always told',
  ]);
});

test('a template that was seen before is new, but not for the first time', () => {
  const again = { ...anomaly, reasons: ['new_template' as const] };
  expect(reasonWords({ ...again, explanation: { ...explanation, details: [], template_count: 4 } })).toEqual([
    'a template that is new in checkout',
  ]);
});

test('each reason has words of its own, without its numbers too', () => {
  const words = REASONS.map((reason) => REASON_WORDS[reason]);
  expect(new Set(words).size).toBe(REASONS.length);
  for (const said of words) expect(said).toMatch(/^[a-z]+:? [a-z: ]+$/);
});
