import { describe, expect, it } from 'vitest';
import { commandsOf } from '../../../src/sources/splunk/pipeline.ts';
import { prepareSearch } from '../../../src/sources/splunk/prepared-search.ts';

const names = (text: string): string[] => commandsOf(text).map(({ name }) => name);

describe('a search as its commands', () => {
  it.each<[string, string[]]>([
    ['index=main error', ['search']],
    ['search index=main', ['search']],
    ['  SEARCH index=main | Eval a=1|where a>0', ['search', 'eval', 'where']],
    ['| tstats count where index=main by _time', ['tstats']],
    ['stats', ['search']],
    ['index=main "a | b" | rex "(?<x>[a|b]\\"|)"', ['search', 'rex']],
    ['index=main ```stats | delete ]``` | fields host', ['search', 'fields']],
    ['`macro(1, "a|b")` | fields host', ['search', 'fields']],
    ['index=a | join id [search index=b | stats count by id] | fields host', ['search', 'join', 'fields']],
  ])('cuts %j', (text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  it('cuts searches in brackets, and those in them', () => {
    const [first] = commandsOf('index=a [search index=b [| inputlookup c | fields d] | return 5 e]');
    expect(first?.nested.map(({ name }) => name)).toEqual(['search', 'return']);
    expect(first?.nested[0]?.nested.map(({ name }) => name)).toEqual(['inputlookup', 'fields']);
  });

  it.each([
    ['index=main "open', 'a " is not closed'],
    ['index=main [search a', 'a [ is not closed'],
    ['index=main ]', 'a ] closes no bracket'],
    ['index=main ```open', 'a ``` is not closed'],
    ['`open', 'a ` is not closed'],
  ])('refuses %j, behind which nothing could be appended', (text, sentence) => {
    expect(() => commandsOf(text)).toThrow(sentence);
  });
});

describe('a search as it is run', () => {
  it('asks for everything of the default indexes where nothing is asked for', () => {
    expect(prepareSearch(' ').spl(7)).toMatch(
      /^search \* \| fields level .* sourcetype \| head 7 \| eval halfspace_time/,
    );
  });

  it.each([
    ['index=main', 'search index=main | fields level '],
    ['search index=main', 'search index=main | fields level '],
    ['searching for meaning', 'search searching for meaning | fields level '],
    ['index=main | rex "a" | fields host', 'search index=main | rex "a" | fields host | head 7 | eval'],
  ])('runs %j over parts of the window', (text, start) => {
    const { isDivisible, spl } = prepareSearch(text);
    expect(isDivisible).toBe(true);
    expect(spl(7).startsWith(start)).toBe(true);
  });

  it.each([
    '| tstats count where index=main by _time span=1s',
    'index=main | dedup host',
    'index=main | transaction id',
    'index=main | head 100',
    'index=main | eval _time=other',
    'index=main earliest=-1h',
    'index=main _index_latest=now',
    '`macro`',
    'index=main [search index=b | fields id]',
  ])('runs %j once over the whole window, and sorts what it gives', (text) => {
    const { isDivisible, spl } = prepareSearch(text);
    expect(isDivisible).toBe(false);
    expect(spl(7)).toMatch(/^(\||search ).* \| sort 0 -_time \| eval halfspace_time=_time$/);
  });

  it('does not take a field whose name only ends alike for the time', () => {
    expect(prepareSearch('index=main response_time>5 not_earliest=1 | where a.latest=3').isDivisible).toBe(true);
  });

  it.each(['index=main | delete', '| makeresults | collect index=x', 'a [search b | outputlookup c]', 'a | Map "x"'])(
    'refuses %j, which does more than read',
    (text) => {
      expect(() => prepareSearch(text)).toThrow(/does more than read/);
    },
  );
});
