import { Command } from 'commander';
import type { Config } from '../../config/config.ts';
import { refusalOfOpenPorts } from '../../config/is-open.ts';
import { loadTls, TlsError } from '../../security/tls-material.ts';
import { refusalOfDataFolder } from '../../store/data-folder.ts';
import { UsageError } from '../command-context.ts';
import type { CommandContext } from '../command-context.ts';

export function checkConfigCommand(context: CommandContext): Command {
  return new Command('check-config')
    .summary('check the settings and the alerts file')
    .description(
      'Checks the settings and the alerts file as the start of the service does, and says what is in that file. Nothing is sent.',
    )
    .argument('[file]', 'the alerts file; default: the one that ALERTS_FILE names')
    .addHelpText(
      'after',
      `
What the file refers to, variables as \${NAME} and files, has to be there, certificates too; no value of it is shown. Ends
with 2 when something is wrong, and says where and what it must be.

Examples:
  $ halfspace check-config alerts.yaml
  $ ALERTS_FILE=alerts.yaml halfspace check-config`,
    )
    .action(async (file: string | undefined) => {
      const config = context.config();
      const refusal = refusalOfOpenPorts(config) ?? refusalOfStore(config) ?? refusalOfTls(config);
      if (refusal !== undefined) throw new UsageError(refusal);
      const { alerts } = config;
      const checked = file === undefined ? alerts.file : context.pathOf(file);
      context.output.write('the settings are right\n');
      if (checked === undefined) return context.output.write('there is no alerts file: ALERTS_FILE is not set\n');
      const { checkConfig } = await import('../../sinks/check-config.ts');
      const found = checkConfig({ file: checked, variable: alerts.variable });
      context.output.write(`${checked} is right:\n${found.map((line) => `  ${line}\n`).join('')}`);
    });
}

/** The start goes on without what is kept and says so; whoever checks is better told before. */
function refusalOfStore({ store }: Config): string | undefined {
  return store === undefined ? undefined : refusalOfDataFolder(store.folder);
}

function refusalOfTls({ security: { tls } }: Config): string | undefined {
  try {
    if (tls !== undefined) loadTls(tls);
    return undefined;
  } catch (error) {
    if (error instanceof TlsError) return error.message;
    throw error;
  }
}
