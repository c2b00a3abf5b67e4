import { describe, expect, test } from 'vitest';
import { readArguments, UsageError } from '../../src/cli/arguments.ts';

describe('the command line', () => {
  test('takes a command, a file and a file to train on, in any order', () => {
    const asked = { command: 'detect', file: 'a.log', train: 'b.log' };
    expect(readArguments(['detect', 'a.log', '--train', 'b.log'])).toEqual(asked);
    expect(readArguments(['--train=b.log', 'detect', 'a.log'])).toEqual(asked);
  });

  test.each([
    [[], 'no command is given: use annotate or detect, or --help'],
    [['scan', 'x'], 'there is no command "scan": use annotate or detect, or --help'],
    [['annotate'], 'annotate needs a file, or - for standard input'],
    [['detect', 'a', 'b'], 'detect takes one file, got 2'],
    [['detect', '-', '--train', '-'], 'only one of the two files can be standard input'],
    [['detect', 'a', '--train='], '--train needs a file'],
  ])('refuses %j with a sentence', (args, sentence) => {
    expect(() => readArguments(args)).toThrow(new UsageError(sentence));
  });

  test('refuses an option that it does not know', () => {
    expect(() => readArguments(['detect', 'a', '--fast'])).toThrow(UsageError);
  });

  test.each(['annotate', 'detect'])('%s --help needs no file and names what is written', (command) => {
    const answer = readArguments([command, '--help']);
    expect(answer).toHaveProperty('help', expect.stringMatching(/fingerprint[^]*--train FILE/));
  });
});
