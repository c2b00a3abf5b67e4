import { runCommand } from './run-command.ts';

const VERSION = '3.4.0';

/** ClickHouse's own engine, 26.7, as a library of Node's: far too large to be a dependency. */
export const CLICKHOUSE_RECIPE = {
  title: 'ClickHouse (chdb)',
  version: VERSION,
  binary: 'node_modules/chdb/package.json',
  cost: 'half a minute, 550 MB',
  install: async (out: string) => {
    await runCommand('npm', ['install', '--prefix', out, '--no-audit', '--no-fund', '-E', `chdb@${VERSION}`]);
  },
};
