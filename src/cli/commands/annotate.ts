import { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import {
  addRowOptions,
  addTrainOptions,
  FILE_ARGUMENT,
  FILES_HELP,
  rowArguments,
  settingsHelp,
} from '../row-arguments.ts';
import type { RowOptions } from '../row-arguments.ts';

export function annotateCommand(context: CommandContext): Command {
  const command = new Command('annotate')
    .summary('give each line its template, score and reasons')
    .description('Writes one JSON object a row, in the order of the file; those of a store in the order of time.')
    .argument('[file]', FILE_ARGUMENT);
  return addTrainOptions(addRowOptions(command))
    .addHelpText(
      'after',
      `
  fingerprint, template   of the row, as they are once all rows have been seen: templates become more general on the
                          way, and all rows of one are told the same
  template_id             a number for each fingerprint, in the order of the file
  hst_score               0 to 1, high is anomalous
  reasons                 all that are true of the row, whether or not they would raise an alert

Rows of a store have timestamp, service, level and message too. It keeps 13 bytes a row, and writes when the last row has
been read.
${FILES_HELP}
${settingsHelp(['MINER_PROFILE', 'DETECTOR_PROFILE', 'HST_THRESHOLD', 'DRAIN_SIM_TH', 'MAX_TEMPLATES'], true)}

Examples:
  $ halfspace annotate app.log
  $ halfspace annotate today.log.gz --train last-week.log.gz
  $ halfspace annotate --source loki --window 6h | jq 'select(.hst_score > 0.7)'`,
    )
    .action(async (file: string | undefined, options: RowOptions) => {
      const { runAnnotate } = await import('../run-rows.ts');
      await runAnnotate(rowArguments('annotate', file, options, context.pathOf), context);
    });
}
