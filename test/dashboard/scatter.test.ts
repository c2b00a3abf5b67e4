import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placePoints, pointAt } from '../../src/dashboard/ui/scatter/draw.ts';
import { MARGIN_PX, moved, toPixels, wholeOf, zoomed } from '../../src/dashboard/ui/scatter/viewport.ts';

const point = (key: string, x: number, y: number) => ({ key, x, y, size: 20, color: '#000', label: key });

test('the whole plane fills the picture up to a margin, upwards and to the right', () => {
  const view = wholeOf(800, 400);
  expect(toPixels(view, 0, 0)).toEqual([MARGIN_PX, 400 - MARGIN_PX]);
  expect(toPixels(view, 100, 100)).toEqual([800 - MARGIN_PX, MARGIN_PX]);
});

test('at the width of a phone the largest point is whole, as near to the edge as a layout puts one', () => {
  const [one] = placePoints([{ ...point('edge', 5, 95), size: 50 }], wholeOf(320, 300), 320, 300);
  expect(one!.x - one!.radius).toBeGreaterThanOrEqual(0);
  expect(one!.y - one!.radius).toBeGreaterThanOrEqual(0);
});

test('what is zoomed at stays where it is, and the plane always covers the picture', () => {
  const steps = fc.array(
    fc.tuple(
      fc.double({ min: 0.2, max: 5, noNaN: true }),
      fc.integer({ min: 0, max: 800 }),
      fc.integer({ min: 0, max: 400 }),
    ),
  );
  fc.assert(
    fc.property(steps, (all) => {
      let view = wholeOf(800, 400);
      for (const [factor, x, y] of all) view = moved(zoomed(view, factor, x, y), x - 400, 200 - y);
      const [left, bottom] = toPixels(view, 0, 0);
      const [right, top] = toPixels(view, 100, 100);
      expect(left).toBeLessThanOrEqual(MARGIN_PX + 1e-6);
      expect(top).toBeLessThanOrEqual(MARGIN_PX + 1e-6);
      expect(right).toBeGreaterThanOrEqual(800 - MARGIN_PX - 1e-6);
      expect(bottom).toBeGreaterThanOrEqual(400 - MARGIN_PX - 1e-6);
    }),
  );
  const [x, y] = toPixels(zoomed(wholeOf(800, 400), 4, 400, 200), 50, 50);
  expect([x, y]).toEqual([400, 200]);
});

test('points out of view are not drawn, and the nearest one is hit', () => {
  const view = zoomed(wholeOf(800, 400), 10, 400, 200);
  const drawn = placePoints([point('far', 5, 5), point('near', 50, 50), point('beside', 51, 50)], view, 800, 400);
  expect(drawn.map((one) => one.point.key)).toEqual(['near', 'beside']);
  expect(pointAt(drawn, 402, 200)?.point.key).toBe('near');
  expect(pointAt(drawn, 10, 10)).toBeUndefined();
});
