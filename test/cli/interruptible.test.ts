import { expect, test } from 'vitest';

import { Interrupted, interruptible } from '../../src/cli/interruptible.ts';

test('Ctrl-C is heard while something is waited for, and left to the process once that is over', async () => {
  const before = process.listenerCount('SIGINT');
  let heard: AbortSignal | undefined;
  await interruptible(async (signal, release) => {
    expect(process.listenerCount('SIGINT')).toBe(before + 1);
    heard = signal;
    release();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
  expect(heard?.aborted).toBe(false);
  const interrupted = interruptible(async (signal) => {
    process.emit('SIGINT');
    signal.throwIfAborted();
  });
  await expect(interrupted).rejects.toBeInstanceOf(Interrupted);
  expect(process.listenerCount('SIGINT')).toBe(before);
});
