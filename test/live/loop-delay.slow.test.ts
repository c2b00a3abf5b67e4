import { expect, test } from 'vitest';
import { LoopDelay } from '../../src/live/loop-delay.ts';

const HELD_MS = 300;

test('a held loop shows, in the stretch after it too, and is then forgotten', async () => {
  const delay = new LoopDelay(1000, 0);
  await beats();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HELD_MS);
  await beats();
  expect(delay.read(1000).maxSeconds).toBeGreaterThan((HELD_MS - 50) / 1000);
  expect(delay.read(1500).maxSeconds).toBeGreaterThan((HELD_MS - 50) / 1000);
  const held = delay.read(2000).maxSeconds;
  expect(held).toBeGreaterThan((HELD_MS - 50) / 1000);
  expect(delay.read(2500).maxSeconds).toBeLessThan(held);
});

/** Long enough for the histogram's timer to have fired. */
async function beats(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 100));
}
