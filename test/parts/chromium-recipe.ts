import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from './recipes.ts';
import { runCommand } from './run-command.ts';

const DEBIANS = '/usr/bin/chromium';

/** Debian's Chromium. It needs so many libraries of the system that it is installed there, not only unpacked. */
export const CHROMIUM: Recipe = {
  title: 'Chromium',
  version: 'debian',
  binary: 'chromium',
  cost: 'a minute or two',
  async install(out) {
    if (!existsSync(DEBIANS)) {
      await runCommand('apt-get', ['update']);
      const env = { DEBIAN_FRONTEND: 'noninteractive' };
      await runCommand('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { env });
    }
    await symlink(DEBIANS, join(out, 'chromium'));
  },
};
