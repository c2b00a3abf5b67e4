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

export function detectCommand(context: CommandContext): Command {
  const command = new Command('detect')
    .summary('tell what a live service would have raised')
    .description(
      "Writes what a live service would have raised, on the rows' own clock, one JSON object a line, in the order of time.",
    )
    .argument('[file]', FILE_ARGUMENT);
  return addTrainOptions(addRowOptions(command))
    .option('--fail-on-anomaly', 'ends with 3 when there was an anomaly')
    .addHelpText(
      'after',
      `
  kind "anomaly"    timestamp, service, reasons, fingerprint, state, incident, alerts (the reasons that raised it),
                    template, template_id, hst_score, level, message, explanation
  kind "incident"   anomalies of one service with no gap of more than five minutes, or of three and more services within
                    a minute (the later ones are then resolved, with merged_into): timestamp, service, reasons,
                    fingerprint (of the first), state, id, first_seen, last_seen, count, line_count, reason_counts,
                    templates, samples, worst_score, worst_level; told with state "open" when it opens, "resolved" when
                    it is over, and, when it is not over at the last row, once more as it stands

Times are epoch milliseconds. A gap in which no service spoke is a gap in the file, not silence. Rows are ordered by
time, service and message, whatever the order of the file, so that the same rows give the same answer.
${FILES_HELP}
${settingsHelp(['MINER_PROFILE', 'DETECTOR_PROFILE', 'HST_THRESHOLD', 'DRAIN_SIM_TH', 'MAX_TEMPLATES', 'ALERT_REASONS'], true)}

Examples:
  $ halfspace detect app.log --train last-week.log
  $ halfspace detect --source clickhouse --window 1h --train-window 24h
  $ kubectl logs deploy/shop --timestamps | halfspace detect -`,
    )
    .action(async (file: string | undefined, options: RowOptions & { failOnAnomaly?: true }) => {
      const { runDetect } = await import('../run-rows.ts');
      await runDetect(rowArguments('detect', file, options, context.pathOf), options.failOnAnomaly === true, context);
    });
}
