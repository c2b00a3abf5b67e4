import { describe, expect, it } from 'vitest';
import { INFO } from '../../../src/domain/level.ts';
import { ALIASES_MAX } from '../../../src/mine/template-miner.ts';
import { createDetector } from '../../../src/score/create-detector.ts';
import { BUCKET_MS, BucketRing } from '../../../src/score/default/bucket-ring.ts';
import { DropWatch } from '../../../src/score/default/drop-watch.ts';
import { FeatureRanges } from '../../../src/score/default/feature-ranges.ts';
import { TEMPLATE_HEAT, TEMPLATE_RARITY } from '../../../src/score/default/line-features.ts';
import { Lineage } from '../../../src/score/default/lineage.ts';
import { ParameterSummary } from '../../../src/score/default/parameter-summary.ts';

const OPTIONS = { hstThreshold: 0.7, miner: { simTh: 0.4, maxTemplates: 2000 } };
const START_MS = 1_795_305_600_000;
const MINUTE_MS = 60_000;
const encoder = new TextEncoder();

function shop() {
  const detector = createDetector('shop', OPTIONS);
  const say = (text: string, timestampMs: number) => {
    const bytes = encoder.encode(text);
    return detector.score(bytes, 0, bytes.length, INFO, timestampMs).template;
  };
  return { detector, say };
}

const COLOURS = 'red blue green black white grey pink brown gold cyan lime teal'.split(' ');
const THINGS = 'disk pump valve motor clock'.split(' ');
/** A line with one number behind each of the first `count` colours. */
const numbered = (count: number, from: number) =>
  COLOURS.slice(0, count)
    .map((name, i) => `${name} ${from + i}`)
    .join(' ');

describe('what the default detector keeps of a service is bounded', () => {
  it('summarises the first eight positions of a template', () => {
    const { detector, say } = shop();
    let template = say(numbered(12, 0), START_MS);
    for (let i = 1; i < 40; i++) template = say(numbered(12, i), START_MS + i * 5000);
    expect(template.text.split('<*>')).toHaveLength(13);
    expect(detector.describe(template)?.parameters.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('summarises 400 positions of a service; templates that come later go without', () => {
    const { detector, say } = shop();
    const templates = new Set<ReturnType<typeof say>>();
    for (let kind = 0; kind < 60; kind++) {
      // Of two words that differ, neither is taken for a variable.
      const name = `${COLOURS[kind % 12]} ${COLOURS[kind % 12]}ness of the ${THINGS[Math.floor(kind / 12)]}`;
      for (let i = 0; i < 12; i++) templates.add(say(`${name} ${numbered(8, i)}`, START_MS + (kind * 12 + i) * 5000));
    }
    const counts = Array.from(templates, (template) => detector.describe(template)?.parameters.length ?? 0);
    expect(counts).toEqual([...Array<number>(50).fill(8), ...Array<number>(10).fill(0)]);
  });

  it('holds 32 findings that nobody has asked for, the latest', () => {
    const { detector, say } = shop();
    // So far apart that none makes the next one usual.
    const [lines, everyMs, pauses] = [4500, 10_000, 8];
    const periodMs = lines * everyMs + 30 * MINUTE_MS;
    for (let pause = 0; pause < pauses; pause++) {
      for (let i = 0; i < lines; i++) say(`charge ${i} captured`, START_MS + pause * periodMs + i * everyMs);
    }
    const endMs = START_MS + pauses * periodMs - 15 * MINUTE_MS;
    const found = detector.tick(endMs);
    expect(found).toHaveLength(32);
    expect(found.every(({ reasons }) => reasons.includes('rate_drop'))).toBe(true);
    expect(found[0]!.timestamp).toBeGreaterThan(START_MS + periodMs);
    expect(found.at(-1)!.timestamp).toBeGreaterThan(endMs - periodMs);
    expect(detector.tick(endMs)).toHaveLength(0);
  });

  it('keeps five values of a position, 64 bytes of each, and quantiles of numbers without end', () => {
    const summary = new ParameterSummary(0);
    const long = encoder.encode('v'.repeat(10_000));
    for (let i = 0; i < 10; i++) summary.observe(long, 0, long.length, false, START_MS);
    expect(summary.facts().top.map(({ value }) => value)).toEqual(['v'.repeat(64)]);
    for (let i = 0; i < 10_000; i++) {
      const value = encoder.encode(String(i));
      summary.observe(value, 0, value.length, true, START_MS + i);
    }
    const { top, quantiles, observed } = summary.facts();
    expect(observed).toBe(10_010);
    expect(top.length).toBeLessThanOrEqual(5);
    expect(quantiles).toMatchObject({ min: 0, max: 9999 });
  });

  it('keeps the birth of a template and the latest of what became of it', () => {
    const lineage = new Lineage('shop');
    const template = shop().say('charge 1 captured', START_MS);
    lineage.created(template, 0);
    for (let i = 1; i <= 2 * ALIASES_MAX; i++) lineage.generalised(template, `before-${i}`, i);
    const events = lineage.eventsOf(template);
    expect(events).toHaveLength(ALIASES_MAX);
    expect(events[0]).toMatchObject({ kind: 'created', timestamp: 0 });
    expect(events.at(-1)).toMatchObject({ kind: 'generalised', timestamp: 2 * ALIASES_MAX });
  });

  it('counts classes of features apart, and halves the counts before one of two bytes is full', () => {
    const ranges = new FeatureRanges();
    const most = 15 << TEMPLATE_RARITY;
    for (let i = 0; i < 200_000; i++) ranges.learn(most);
    expect(ranges.unusual(most)).toEqual([]);
    expect(ranges.unusual(0)).toEqual([{ feature: 'template_rarity', value: 0, low: 1, high: 1 }]);
    expect(ranges.unusual(most | (1 << TEMPLATE_HEAT))).toEqual([
      { feature: 'template_heat', value: 1 / 7, low: 0, high: 0 },
    ]);
    // What came long ago has been halved away.
    for (let i = 0; i < 600_000; i++) ranges.learn(0);
    expect(ranges.unusual(0)).toEqual([]);
    expect(ranges.unusual(most)).toEqual([{ feature: 'template_rarity', value: 1, low: 0, high: 0 }]);
  });

  it('believes the noise of a rate by thirty stretches of four minutes at most', () => {
    expect(dropEvidence(29)).not.toBeCloseTo(dropEvidence(30), 6);
    expect(dropEvidence(30)).toBeCloseTo(dropEvidence(300), 6);
  });
});

/** Evidence for a drop to a third, after so many even stretches in a service whose minutes are said to scatter. */
function dropEvidence(stretches: number): number {
  const watch = new DropWatch();
  const ring = new BucketRing(0);
  const close = (lines: number) => {
    for (let i = 0; i < lines; i++) ring.add(ring.open, false, false);
    watch.count(lines, 30, (ring.open + 1) * BUCKET_MS, true, false);
    ring.advance();
  };
  for (let i = 0; i < stretches * 48; i++) close(30);
  for (let i = 0; i < 40; i++) close(10);
  watch.judge(ring, ring.open * BUCKET_MS, 6, 1, 400);
  return watch.evidence;
}
