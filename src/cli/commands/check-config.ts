import { Command } from 'commander';
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
      const { runCheckConfig } = await import('../run-check-config.ts');
      await runCheckConfig(file, context);
    });
}
