import { join } from 'node:path';
import { runCommand } from './run-command.ts';

const MOTO = '5.2.5';

/** moto plays CloudWatch Logs: FilterLogEvents with its paging, PutLogEvents, errors. */
export const MOTO_RECIPE = {
  title: 'moto (CloudWatch Logs)',
  version: MOTO,
  binary: 'bin/moto_server',
  cost: 'a minute',
  inPlace: true,
  install: async (out: string): Promise<void> => {
    await runCommand('python3', ['-m', 'venv', out]);
    await runCommand(join(out, 'bin/python'), ['-m', 'pip', 'install', '--quiet', `moto[server,logs]==${MOTO}`]);
  },
};
