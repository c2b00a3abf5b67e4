import { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';

export function serveCommand(context: CommandContext): Command {
  return new Command('serve')
    .summary('run the service (what happens without a command)')
    .description('Runs the service: takes logs over OTLP, serves what it finds over REST and gRPC. SIGTERM ends it.')
    .option('--demo', 'also sends itself a stream of several services with an incident in it, and prints what it finds')
    .addHelpText(
      'after',
      `
Settings come from the environment and from a .env file; docs/configuration.md lists them.

Examples:
  $ halfspace
  $ halfspace serve --demo
  $ HOST=0.0.0.0 SIGNING_SECRET=... halfspace serve`,
    )
    .action(({ demo }: { demo?: true }) => context.serve(demo === true));
}
