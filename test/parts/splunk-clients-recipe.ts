import { join } from 'node:path';
import type { Recipe } from './recipes.ts';
import { runCommand } from './run-command.ts';

const PYTHON = '2.1.1';
const JAVASCRIPT = '2.0.2';

/** Splunk's own clients: the one for Python, which knows exports, and the one for JavaScript. */
export const SPLUNK_CLIENTS: Recipe = {
  title: "Splunk's clients for Python and JavaScript",
  version: `${PYTHON}-${JAVASCRIPT}`,
  binary: 'bin/python',
  cost: 'half a minute',
  inPlace: true,
  async install(out) {
    await runCommand('python3', ['-m', 'venv', out]);
    await runCommand(join(out, 'bin/python'), ['-m', 'pip', 'install', '--quiet', `splunk-sdk==${PYTHON}`]);
    const npm = ['install', '--prefix', out, '--no-save', '--no-audit', '--no-fund', `splunk-sdk@${JAVASCRIPT}`];
    await runCommand('npm', npm);
  },
};
