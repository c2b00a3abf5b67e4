import { expect, test } from 'vitest';
import { startHalfspace } from './halfspace.ts';

test('the running service tells how its parts stand', async () => {
  const halfspace = await startHalfspace();
  try {
    const answer = await halfspace.get('/status');
    expect(answer).toMatchObject({ ready: true, reasons: [] });
    expect(answer).toHaveProperty('parts', expect.arrayContaining([{ name: 'receivers', state: 'ok' }]));
  } finally {
    await halfspace.stop();
  }
}, 60_000);
