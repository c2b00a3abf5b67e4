import { Command, Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { CompareOptions } from '../compare/run-compare.ts';
import { FILES_HELP, settingsHelp, STORES } from '../row-arguments.ts';

export function compareCommand(context: CommandContext): Command {
  return new Command('compare')
    .summary('tell what has changed from one file or window to another')
    .description(
      'Tells which templates are new in B, gone, more frequent or less, and leaves out those that are the same.',
    )
    .argument('<a>', 'what to compare with: a file, or with --source a length (24h) or START/END')
    .argument('<b>', 'what is looked at; of windows, what both have in common is of the one that begins later')
    .addOption(
      new Option(
        '--source <name>',
        'two windows of a store instead of files, as the environment configures it',
      ).choices(STORES),
    )
    .addOption(new Option('--json', 'the whole answer as one JSON object').conflicts(['ndjson', 'csv']))
    .addOption(new Option('--ndjson', 'a JSON object a template, those that are the same included').conflicts(['csv']))
    .addOption(new Option('--csv', 'a line a template, with a header'))
    .option('--all', 'lists all changes, not the surest alone')
    .option('--fail-on-anomaly', 'ends with 3 when a template is new, or more frequent')
    .addHelpText(
      'after',
      `
Rates are compared, so the two need not be of one length: lines a minute, or of every 1,000 lines where rows say no
time. More or less frequent is told from a ratio of 1.5 on, and where it is no chance: an exact test of two Poisson
rates that allows for the scatter of all templates, at a false discovery rate of 5 %.
${FILES_HELP}
${settingsHelp(['MINER_PROFILE', 'DRAIN_SIM_TH', 'MAX_TEMPLATES'], true)}

Examples:
  $ halfspace compare yesterday.log today.log
  $ halfspace compare before-deploy.log.gz after-deploy.log.gz --fail-on-anomaly
  $ halfspace compare --source loki 24h 1h
  $ halfspace compare --source loki 2026-05-04T08:00:00Z/2026-05-04T09:00:00Z 1h --ndjson`,
    )
    .action(async (a: string, b: string, options: CompareOptions) => {
      const { runCompare } = await import('../compare/run-compare.ts');
      await runCompare(a, b, options, context);
    });
}
