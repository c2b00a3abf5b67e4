import type { Command, Option } from 'commander';

/** A command as shells complete it. */
export interface CommandWords {
  name: string;
  summary: string;
  options: OptionWords[];
  /** What stands after the command: files, or one of these words; undefined where nothing does. */
  operands: 'files' | readonly string[] | undefined;
}

export interface OptionWords {
  /** `--json`; and `-h` where there is such a one. */
  flags: string[];
  description: string;
  /** What follows it: nothing, a file, one of these words, or some word. */
  value: 'none' | 'file' | 'word' | readonly string[];
}

/** The program's own commands, in the order of its help. */
export function commandWords(program: Command): CommandWords[] {
  const visible = program.createHelp().visibleCommands(program);
  return visible.map((command) => ({
    name: command.name(),
    summary: command.summary() || command.description(),
    options: command.createHelp().visibleOptions(command).map(optionWords),
    operands: operandsOf(command, visible),
  }));
}

function optionWords(option: Option): OptionWords {
  const { short, long, description, argChoices, required, optional, flags } = option;
  const takesValue = required || optional;
  const word = /<file>/.test(flags) ? 'file' : 'word';
  return {
    flags: [long, short].filter((flag) => flag !== undefined),
    description,
    value: takesValue ? (argChoices ?? word) : 'none',
  };
}

function operandsOf(command: Command, all: readonly Command[]): CommandWords['operands'] {
  const [first] = command.registeredArguments;
  if (command.name() === 'help') return all.map((one) => one.name());
  return first === undefined ? undefined : (first.argChoices ?? 'files');
}
