import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

const CLIENTS = ['@azure/identity@4.14.1', '@azure/monitor-query-logs@1.0.0', '@google-cloud/logging@12.1.0'];

/** The official clients of clouds that have no server to test against: they and our sources read the same loopback server. */
export const CLOUD_CLIENTS_RECIPE = {
  title: "Azure's and Google's official clients",
  version: '4.14.1-1.0.0-12.1.0',
  binary: 'package.json',
  cost: 'half a minute',
  install: async (out: string): Promise<void> => {
    await writeFile(join(out, 'package.json'), '{"private":true}');
    const quiet = ['--save-exact', '--ignore-scripts', '--no-audit', '--no-fund'];
    await runCommand('npm', ['install', ...quiet, ...CLIENTS], { cwd: out });
  },
};
