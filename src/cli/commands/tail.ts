import { Command, Option } from 'commander';
import { REASONS } from '../../domain/anomaly.ts';
import { LEVELS } from '../../domain/level.ts';
import type { CommandContext } from '../command-context.ts';
import type { TailOptions } from '../tail/run-tail.ts';

export function tailCommand(context: CommandContext): Command {
  return new Command('tail')
    .summary('follow the anomalies of a running service')
    .description(
      'Writes anomalies as a running service finds them, and goes on where it was when the connection breaks.',
    )
    .option(
      '--url <address>',
      'REST address of the service; the one of this machine, as the environment has it, without',
    )
    .option('--ca <file>', 'PEM file of what its certificate is to be trusted by')
    .option('--cert <file>', 'PEM file of the certificate to show, where one is asked for (mTLS)')
    .option('--key <file>', 'PEM file of its key')
    .option('--service <name>', 'of this service only')
    .addOption(new Option('--reason <reason>', 'with this reason only').choices(REASONS))
    .addOption(new Option('--level <level>', 'at this level or above').choices(LEVELS))
    .option('--min-score <score>', 'with at least this score, 0 to 1')
    .option(
      '--since <id-or-time>',
      'begins behind this id, or at this time; 0: with all that are still held; default: with what comes next',
    )
    .option('-n, --number <count>', 'ends after so many')
    .option('--explain', 'tells the numbers behind each reason')
    .option('--json', 'a JSON object an anomaly')
    .addHelpText(
      'after',
      `
SIGNING_SECRET is read from the environment or a .env file, as the service reads it, and sent along.

Examples:
  $ halfspace tail
  $ halfspace tail --service checkout --level error --explain
  $ halfspace tail --since 0 --json | jq -r .template
  $ SIGNING_SECRET=... halfspace tail --url https://halfspace.example.com`,
    )
    .action(async (options: TailOptions) => {
      const { runTail } = await import('../tail/run-tail.ts');
      await runTail(options, context);
    });
}
