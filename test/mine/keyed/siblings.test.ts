import { describe, expect, it } from 'vitest';
import { keyedMiner, mineText } from './keyed-lines.ts';

/** Texts of the templates that the lines leave, in the order in which they were made. */
function texts(lines: readonly string[]): string[] {
  const miner = keyedMiner();
  for (const line of lines) mineText(miner, line);
  expect(miner.templates().reduce((sum, template) => sum + template.size, 0)).toBe(lines.length);
  return miner.templates().map((template) => template.text);
}

function bothWays(lines: readonly string[]): string[][] {
  return [texts(lines), texts(lines.toReversed())].map((all) => all.toSorted());
}

describe('a word is a variable', () => {
  it.each([
    [['session opened for 4711 by cron', 'session opened for alice by cron'], 'session opened for <*> by cron'],
    [['lease renewed on 10.0.0.1', 'lease renewed on gateway'], 'lease renewed on <*>'],
    [['chdir(/tmp/x) took too long', 'chdir(pwd) took too long'], 'chdir(<*>) took too long'],
  ])('where a value stands in the same sentence: %j', (lines, text) => {
    expect(bothWays(lines)).toEqual([[text], [text]]);
  });

  it('also where it has a number of its own', () => {
    const lines = ['pod scheduled onto web-01', 'pod scheduled onto db.example.com'];
    for (const each of bothWays(lines)) expect(each).toHaveLength(1);
  });

  it.each([
    ['at the start of the line', ['10.0.0.1 joined the ring', 'gateway joined the ring']],
    ['beside another value', ['data address 0x1f fetched', 'data space 0x1f fetched', 'data 0x1f fetched']],
    ['where it tells what came of it', ['mirror of disk is 17 now', 'mirror of disk is degraded now']],
    ['where little else is said', ['exit 7', 'exit early']],
  ])('not %s', (_, lines) => {
    for (const each of bothWays(lines)) expect(each).toHaveLength(lines.length);
  });

  it.each([
    ['quotes', ['a', 'b', 'c'].map((name) => `plugin '${name}x' loaded late`), "plugin '<*>' loaded late"],
    ['backticks', ['a', 'b', 'c'].map((name) => `column \`${name}x\` is new here`), 'column `<*>` is new here'],
    ['names of files', ['a', 'b', 'c'].map((name) => `${name}x.exe asks for help`), '<*> asks for help'],
    ['pairs', ['a', 'b', 'c'].map((name) => `lock id=1 tag=${name}x uid=2`), 'lock id=<*> tag=<*> uid=<*>'],
  ])('from three on in %s', (_, lines, text) => {
    expect(texts(lines.slice(0, 2))).toHaveLength(2);
    expect(bothWays(lines)).toEqual([[text], [text]]);
  });

  it('never when it tells what came of something, however many there are', () => {
    const outcomes = 'started stopped failed succeeded aborted refused accepted completed timeout killed'.split(' ');
    const lines = outcomes.map((word) => `job of queue ${word} at last`);
    expect(texts(lines)).toHaveLength(outcomes.length);
    const names = 'amber beryl coral delft ebony flint garnet hazel'.split(' ');
    const named = names.map((word) => `job of queue ${word} at last`);
    expect(texts([...named, ...lines])).toHaveLength(1 + outcomes.length);
    expect(texts([...lines, ...named, 'job of queue FAILED at last'])).toHaveLength(2 + outcomes.length);
  });
});

describe('where several words vary', () => {
  const zones = ['outside', 'inside', 'dmz'];
  const flows = zones.flatMap((from) => zones.flatMap((to) => ['tcp', 'udp', 'icmp'].map((kind) => [kind, from, to])));

  it('each on its own, twelve of their combinations are one template', () => {
    const lines = flows.map(([kind, from, to]) => `Deny ${kind} src ${from}:10.0.0.1 dst ${to}:10.0.0.2 by group`);
    expect(bothWays(lines)).toEqual([1, 1].map(() => ['Deny <*> src <*>:<*> dst <*>:<*> by group']));
    expect(texts(lines.filter((_, i) => i % 3 === 0)).length).toBeGreaterThan(1);
  });

  it('two words in one place stay two templates, and so do participles', () => {
    const pools = ['amber', 'beryl', 'coral', 'delft', 'ebony', 'flint'];
    const lines = (words: string[]): string[] =>
      pools.flatMap((pool) =>
        zones.flatMap((zone) => words.map((word) => `pool ${pool} for ${zone} was ${word} by cron`)),
      );
    expect(texts(lines(['grey', 'green']))).toEqual(
      ['grey', 'green'].map((word) => `pool <*> for <*> was ${word} by cron`),
    );
    expect(texts(lines(['mounted', 'unmounted', 'audited']))).toHaveLength(3);
  });

  it('what a template has become is held against those that vary elsewhere, and takes in what fits', () => {
    const names = ['amber', 'beryl', 'coral', 'delft', 'ebony', 'flint', 'garnet', 'hazel'];
    const lines = names.flatMap((name) => [0, 1, 2].map((tty) => `configured by ${name} from vty${tty} today`));
    expect(texts(['configured by amber from vty7 today', ...lines])).toEqual(['configured by <*> from <*> today']);
    expect(bothWays(lines)).toEqual([1, 1].map(() => ['configured by <*> from <*> today']));
  });
});
