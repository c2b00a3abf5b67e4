import { Command } from 'commander';
import { CommandFailure } from '../command-context.ts';
import type { CommandContext } from '../command-context.ts';

export function healthcheckCommand(context: CommandContext): Command {
  return new Command('healthcheck')
    .summary('ask whether the service of this machine is ready')
    .description(
      'Asks /ready of the service on this machine: ends with 0 when it takes logs, else with 1 and the reason.',
    )
    .addHelpText(
      'after',
      `
HOST, REST_PORT and TLS_CERT_FILE are read as the service reads them, so that it is found where it listens.

Examples:
  $ halfspace healthcheck
  $ REST_PORT=19020 halfspace healthcheck`,
    )
    .action(async () => {
      const { askReady } = await import('../ask-ready.ts');
      const refusal = await askReady(context.config());
      if (refusal !== undefined) throw new CommandFailure(refusal);
      context.output.write('ready\n');
    });
}
