import type { Outbox } from '../domain/outbox.ts';

/**
 * The outbox of a process that keeps nothing: delivery holds the entries in its own queues, so there is nothing to keep
 * beside them, and nothing comes back after a restart.
 */
export const memoryOutbox: Outbox = {
  add: () => Promise.resolve(),
  remove: () => undefined,
  restore: () => [],
};
