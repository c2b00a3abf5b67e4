import { describe, expect, test } from 'vitest';
import { readArguments, UsageError } from '../../src/cli/arguments.ts';

describe('the command line', () => {
  test('takes a command, a file and a file to train on, in any order', () => {
    const asked = { command: 'detect', input: { file: 'a.log' }, window: {}, train: { file: 'b.log' } };
    expect(readArguments(['detect', 'a.log', '--train', 'b.log'])).toEqual(asked);
    expect(readArguments(['--train=b.log', 'detect', 'a.log'])).toEqual(asked);
  });

  test.each([
    [[], 'no command is given: use annotate or detect, or --help'],
    [['scan', 'x'], 'there is no command "scan": use annotate or detect, or --help'],
    [['annotate'], 'annotate needs a file, - for standard input, or --source NAME'],
    [['detect', 'a', 'b'], 'detect takes one file, got 2'],
    [['detect', '-', '--train', '-'], 'only one of the two files can be standard input'],
    [['detect', 'a', '--train='], '--train needs a file'],
    [['detect', 'a', '--train', 'b', '--train-window', '1h'], 'give one of them'],
    [['detect', 'a', '--train-window', '1h'], '--train-window is the stretch before a window'],
    [['detect', 'a', '--source', 'loki'], 'detect takes a file or --source, not both'],
    [['detect', '--source', 'otlp'], '--source "otlp" is not one of'],
  ])('refuses %j with a sentence', (args, sentence) => {
    expect(() => readArguments(args)).toThrow(sentence);
  });

  test('takes a stretch of a file, and what to learn from just before it', () => {
    expect(readArguments(['detect', 'a.log', '--window', '1h', '--train-window=24h'])).toEqual({
      command: 'detect',
      input: { file: 'a.log' },
      window: { window: '1h' },
      train: { window: '24h' },
    });
  });

  test('refuses an option that it does not know', () => {
    expect(() => readArguments(['detect', 'a', '--fast'])).toThrow(UsageError);
  });

  test.each(['annotate', 'detect'])('%s --help needs no file and names what is written', (command) => {
    const answer = readArguments([command, '--help']);
    expect(answer).toHaveProperty('help', expect.stringMatching(/fingerprint[^]*--train FILE/));
  });
});
