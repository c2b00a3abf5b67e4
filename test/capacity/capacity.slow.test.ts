import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCommand } from '../parts/run-command.ts';
import { measureModels } from './measurements.ts';

const SCRIPT = fileURLToPath(new URL('capacity.ts', import.meta.url));

test('a service of its own is measured, and held to what was sent', async () => {
  const [what, figure, memory] = await measureModels({ services: 20, templates: 10 });
  expect(what).toBe('20 services of 10 templates');
  expect(figure).toMatch(/^-?\d+(\.\d)? KiB a template$/);
  expect(memory).toMatch(/^\d{2,4} MiB$/);
}, 60_000);

test('a time that is none is refused', async () => {
  await expect(runCommand(process.execPath, [SCRIPT, 'soon'])).rejects.toThrow(
    'capacity: soon is no time; allowed: seconds',
  );
}, 60_000);
