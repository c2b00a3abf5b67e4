import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from './recipes.ts';
import { runCommand } from './run-command.ts';

const VERSION = '1.64.0';

/** Datadog's own client; too large (141 MB) to be a dependency of anything but one test. */
export const DATADOG_CLIENT: Recipe = {
  title: "Datadog's client for JavaScript",
  version: VERSION,
  binary: 'node_modules/@datadog/datadog-api-client/package.json',
  cost: 'half a minute',
  async install(out) {
    await writeFile(join(out, 'package.json'), '{"private":true}');
    const quiet = ['--save-exact', '--ignore-scripts', '--no-audit', '--no-fund'];
    await runCommand('npm', ['install', ...quiet, `@datadog/datadog-api-client@${VERSION}`], { cwd: out });
  },
};
