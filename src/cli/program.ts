import { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { analyseCommand } from './commands/analyse.ts';
import { annotateCommand } from './commands/annotate.ts';
import { checkConfigCommand } from './commands/check-config.ts';
import { compareCommand } from './commands/compare.ts';
import { completionCommand } from './commands/completion.ts';
import { detectCommand } from './commands/detect.ts';
import { healthcheckCommand } from './commands/healthcheck.ts';
import { replayCommand } from './commands/replay.ts';
import { serveCommand } from './commands/serve.ts';
import { tailCommand } from './commands/tail.ts';

const HELP_COLUMNS = 120;

const AFTER = `
Ends with 0 when done, 1 on failure, 2 when asked wrongly or set up wrongly, 3 where --fail-on-anomaly found some.
Results go to standard output, everything else to standard error. NO_COLOR and FORCE_COLOR are obeyed.

Examples:
  $ halfspace serve --demo
  $ halfspace analyse /var/log/shop/*.log
  $ halfspace tail --level error

COMMAND --help says more, with examples.`;

/**
 * The tree of commands: help, completion and what is run all come from it. Parsing throws `CommanderError` where help was
 * shown or the user asked wrongly.
 */
export function buildProgram(context: CommandContext, version: string): Command {
  const program = new Command('halfspace')
    .description('Finds the log lines that do not belong, live beside an OpenTelemetry Collector or in a file.')
    .version(version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .addHelpText('after', AFTER);
  for (const command of [
    serveCommand(context),
    analyseCommand(context),
    compareCommand(context),
    annotateCommand(context),
    detectCommand(context),
    tailCommand(context),
    replayCommand(context),
    checkConfigCommand(context),
    healthcheckCommand(context),
    completionCommand(program, context),
  ]) {
    program.addCommand(command.copyInheritedSettings(program).helpOption('-h, --help', 'show this'));
  }
  for (const command of [program, ...program.commands]) {
    const name = command === program ? 'halfspace' : `halfspace ${command.name()}`;
    command
      .showHelpAfterError(`${name} --help says more`)
      .exitOverride()
      .configureOutput({
        writeOut: (text) => context.output.write(text),
        writeErr: (text) => context.note(text.trimEnd()),
        outputError: (text, write) => write(inWords(text)),
        getOutHelpWidth: () => HELP_COLUMNS,
      });
  }
  return program;
}

/** Commander's errors, without what only its callers know by that name. */
function inWords(text: string): string {
  return text
    .replace(/^error: /, '')
    .replace(/^command-argument value ('.*') is invalid for argument '(\w+)'/, '$2 $1 is not known');
}

/** Without a command the service is run, with whatever options came. Help of no command is an unknown command, too. */
export function withDefaultCommand(args: readonly string[], { commands }: Command): readonly string[] {
  const [first, second] = args;
  const isCommand = commands.some((one) => one.name() === second || one.aliases().includes(second ?? ''));
  if (first === 'help' && second !== undefined && second !== 'help' && !isCommand) return [second];
  const isOwn = first !== undefined && (!first.startsWith('-') || OWN_OPTIONS.has(first));
  return isOwn ? args : ['serve', ...args];
}

const OWN_OPTIONS: ReadonlySet<string> = new Set(['-h', '--help', '-V', '--version']);
