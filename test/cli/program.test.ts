import { openSync } from 'node:fs';
import { Readable } from 'node:stream';
import { CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import type { CommandContext } from '../../src/cli/command-context.ts';
import { LineOutput } from '../../src/cli/line-output.ts';
import { buildProgram, withDefaultCommand } from '../../src/cli/program.ts';

/** A process that only listens: what was noted, and how the service was asked for. */
function listeningContext(): CommandContext & { notes: string[]; served: boolean[] } {
  const notes: string[] = [];
  const served: boolean[] = [];
  return {
    notes,
    served,
    input: Readable.from([]),
    output: new LineOutput(openSync('/dev/null', 'w')),
    note: (sentence) => void notes.push(sentence),
    progress: () => ({ told() {}, done() {} }),
    nowMs: () => 0,
    screen: { columns: 80, isTerminal: false, paint: (_, text) => text },
    endWith() {},
    config() {
      throw new Error('no command here asks for settings');
    },
    pathOf: (path) => path,
    serve: async (demo) => void served.push(demo),
  };
}

const commandNames = buildProgram(listeningContext(), '1.2.3').commands.map((command) => command.name());

async function parse(args: readonly string[]) {
  const context = listeningContext();
  const program = buildProgram(context, '1.2.3');
  try {
    await program.parseAsync(withDefaultCommand(args, program), { from: 'user' });
    return { ...context, code: undefined };
  } catch (error) {
    if (error instanceof CommanderError) return { ...context, code: error.exitCode };
    throw error;
  }
}

describe('the tree of commands', () => {
  test.each([
    [[], [false]],
    [['--demo'], [true]],
    [['serve', '--demo'], [true]],
  ])('%j runs the service', async (args, served) => {
    expect(await parse(args)).toMatchObject({ served, notes: [] });
  });

  test.each([
    [['detct', 'a.log'], "unknown command 'detct'\n(Did you mean detect?)"],
    [['detect', '--trian', 'a.log'], "unknown option '--trian'\n(Did you mean --train?)"],
    [['--dmeo'], "unknown option '--dmeo'\n(Did you mean --demo?)"],
    [['help', 'detct'], "unknown command 'detct'\n(Did you mean detect?)"],
    [['detect', 'a', 'b'], "too many arguments for 'detect'. Expected 1 argument but got 2: a, b."],
  ])('%j is a mistake that is told with what was meant', async (args, sentence) => {
    const { notes, code, served } = await parse(args);
    expect([notes[0], code, served]).toEqual([sentence, 1, []]);
    expect(notes.slice(1).join('\n')).toMatch(/^\n?halfspace(\s\w+)? --help says more$/);
  });

  test('a store that there is not is told with those that there are', async () => {
    const { notes } = await parse(['detect', '--source', 'otlp']);
    expect(notes[0]).toMatch(/'otlp' is invalid. Allowed choices are loki, clickhouse/);
  });

  test('the examples of the help name commands that it lists, with options that they have', async () => {
    const program = buildProgram(listeningContext(), '1.2.3');
    const shown: string[] = [];
    program.configureOutput({ writeOut: (text) => void shown.push(text) }).outputHelp();
    const examples = Array.from(shown.join('').matchAll(/^ {2}\$ halfspace (.*)$/gm), ([, words = '']) =>
      words.split(' '),
    );
    expect(examples.length).toBeGreaterThan(1);
    for (const [name = '', ...words] of examples) {
      const command = program.commands.find((one) => one.name() === name);
      expect(command?.name()).toBe(name);
      expect(command?.options.map(({ long }) => long)).toEqual(
        expect.arrayContaining(words.filter((word) => word.startsWith('--'))),
      );
    }
  });

  test('the help of a command names the settings that it heeds', () => {
    const helpOf = (name: string) => {
      const shown: string[] = [];
      const command = buildProgram(listeningContext(), '1.2.3').commands.find((one) => one.name() === name)!;
      command.configureOutput({ writeOut: (text) => void shown.push(text) }).outputHelp();
      return shown.join('');
    };
    for (const name of ['analyse', 'compare', 'detect', 'annotate']) {
      expect(helpOf(name)).toMatch(/A file is read in whole.*[^]*MINER_PROFILE, [^]*; of a store MAX_ROWS, /);
    }
    expect(helpOf('analyse')).toContain('ANOMALY_CONTAMINATION');
    expect(helpOf('analyse')).not.toContain('HST_THRESHOLD');
    expect(helpOf('replay')).toMatch(/as for the service:\nMAX_SERVICES, FILE_FORMAT, FILE_SERVICE\.\n/);
    expect(helpOf('replay')).not.toMatch(/MAX_ROWS|MINER_PROFILE|HST_THRESHOLD/);
  });

  test.each(commandNames)('%s --help ends well and has examples', async (name) => {
    expect(await parse([name, '--help'])).toMatchObject({ code: 0, notes: [] });
    const command = buildProgram(listeningContext(), '1.2.3').commands.find((one) => one.name() === name)!;
    const shown: string[] = [];
    command.configureOutput({ writeOut: (text) => void shown.push(text) }).outputHelp();
    expect(shown.join('')).toMatch(new RegExp(`^Usage: halfspace ${name}[^]*\\nExamples:\\n  \\$ .*halfspace`));
  });
});
