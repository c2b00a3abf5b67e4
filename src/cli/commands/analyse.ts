import { Command, Option } from 'commander';
import type { AnalyseOptions } from '../analyse/run-analyse.ts';
import type { CommandContext } from '../command-context.ts';
import { addRowOptions, FILE_ARGUMENT, FILES_HELP, settingsHelp } from '../row-arguments.ts';

export function analyseCommand(context: CommandContext): Command {
  const command = new Command('analyse')
    .alias('analyze')
    .summary('find what stands apart in files or a window of a store')
    .description(
      'Sorts lines into templates, tells which templates stand apart from the rest, and draws the map of them all: what a\n' +
        'running service answers to GET /clusters. On a terminal it shows how far it is.',
    )
    .argument('[files...]', FILE_ARGUMENT);
  return addRowOptions(command)
    .addOption(new Option('--json', 'the whole answer as one JSON object').conflicts(['ndjson', 'csv']))
    .addOption(new Option('--ndjson', 'a JSON object a template').conflicts(['json', 'csv']))
    .addOption(new Option('--csv', 'a line a template, with a header').conflicts(['json', 'ndjson']))
    .option('--html <file>', 'writes a report to this file as well: one page that needs nothing else')
    .option('--all', 'lists all templates, not the most frequent alone')
    .option('--fail-on-anomaly', 'ends with 3 when a template stands apart')
    .addHelpText(
      'after',
      `
A template stands apart when an Isolation Forest says so that was grown from usual templates and those of its service:
by rate, bursts, newness, levels, words. At most ANOMALY_CONTAMINATION of a service's templates do, and none where all
are usual.
${FILES_HELP}
${settingsHelp(['MINER_PROFILE', 'DETECTOR_PROFILE', 'DRAIN_SIM_TH', 'MAX_TEMPLATES', 'ANOMALY_CONTAMINATION'], true)}

Examples:
  $ halfspace analyse /var/log/shop/*.log
  $ zcat old.log.gz | halfspace analyse -
  $ halfspace analyse app.log --html report.html --fail-on-anomaly
  $ halfspace analyse --source loki --window 6h --ndjson | jq 'select(.isAnomaly)'
  $ journalctl -o json --since today | halfspace analyse -`,
    )
    .action(async (files: string[], options: AnalyseOptions) => {
      const { runAnalyse } = await import('../analyse/run-analyse.ts');
      await runAnalyse(files, options, context);
    });
}
