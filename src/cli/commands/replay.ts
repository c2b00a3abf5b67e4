import { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { ReplayOptions } from '../replay/run-replay.ts';
import { FILE_ARGUMENT, FILES_HELP, settingsHelp } from '../row-arguments.ts';

export function replayCommand(context: CommandContext): Command {
  return new Command('replay')
    .summary('send a file to a receiver over OTLP')
    .description(
      'Sends the lines of files over OTLP/gRPC, in the order of time, at the speed at which they were said or another, and\n' +
        'tells what became of them. What failed for a while is sent again, as OTLP wants it.',
    )
    .argument('<files...>', FILE_ARGUMENT)
    .requiredOption('--to <receiver>', 'host:4317, or https://host:4317 for TLS')
    .option('--speed <factor>', 'times the original speed, or max for as fast as the receiver takes them', '1')
    .option('--restamp', 'lines say the time at which they are sent, as if the first were said now')
    .option('--ca <file>', "PEM file of what the receiver's certificate is to be trusted by")
    .option('--cert <file>', 'PEM file of the certificate to show, where one is asked for (mTLS)')
    .option('--key <file>', 'PEM file of its key')
    .option('--window <length>', 'a stretch of the files that ends now (1h, 24h, 7d)')
    .option('--start <time>', 'a stretch from this time on, in ISO 8601')
    .option('--end <time>', 'a stretch up to this time')
    .addHelpText(
      'after',
      `
SIGNING_SECRET and the first of OTLP_BEARER_TOKENS are read from the environment or a .env file, and sent along.
${FILES_HELP}
${settingsHelp([], false)}

Examples:
  $ halfspace replay app.log --to localhost:4317 --speed max
  $ halfspace replay incident.log.gz --to localhost:4317 --restamp --speed 10
  $ halfspace replay '/var/log/shop/*.log' --to https://halfspace.example.com:4317`,
    )
    .action(async (files: string[], options: ReplayOptions) => {
      const { runReplay } = await import('../replay/run-replay.ts');
      await runReplay(files, options, context);
    });
}
