import './scripts/require-node24.mjs';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real sockets, threads and programs need their own process; two at most, as they measure out the machine.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // A forgotten handle is a bug, not something to wait for.
    teardownTimeout: 5_000,
  },
});
