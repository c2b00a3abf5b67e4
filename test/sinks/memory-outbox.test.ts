import { expect, test } from 'vitest';
import { memoryOutbox } from '../../src/sinks/memory-outbox.ts';

test('the outbox of memory takes entries at once and restores none', async () => {
  await memoryOutbox.add([{ id: 'a', sink: 'team', createdMs: 1, event: '{}' }]);
  memoryOutbox.remove('team', ['b']);
  expect(memoryOutbox.restore()).toEqual([]);
});
