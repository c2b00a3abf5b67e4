import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANGED, CREATED, UNCHANGED } from '../../../src/mine/template-miner.ts';
import { shared } from '../../shared.ts';
import { loghubContents, LOGHUB_SETS } from '../drain3/lines.ts';
import { KeyedMiner } from '../../../src/mine/keyed/keyed-miner.ts';
import { keyBait, keyedMiner, mineText, templateOf, valuesIn } from './keyed-lines.ts';

describe('the default miner', () => {
  it('keeps words and shows values, punctuation and spacing as the first line had them', () => {
    const miner = keyedMiner();
    const first = mineText(miner, 'Accepted [10.0.0.1:22]  in 15ms (user=bob, id 7)');
    expect(first.text).toBe('Accepted [<*>:<*>]  in <*> (user=bob, id <*>)');
    expect(first.identity).toBe('Accepted <*> in <*> user bob id <*>');
    expect([miner.change, first.size, first.version]).toEqual([CREATED, 1, 0]);
    expect(mineText(miner, 'Accepted [10.0.0.22:2200]  in 1.5s (user=bob, id 1234567)')).toBe(first);
    expect([miner.change, first.size]).toEqual([UNCHANGED, 2]);
  });

  it('makes a variable of a word once eight templates differ in it, and keeps the oldest', () => {
    const miner = keyedMiner();
    const names = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus', 'hal'];
    const mined = names.map((name) => mineText(miner, `user ${name} logged in from 10.0.0.1`));
    const survivor = mined.at(-1)!;
    expect(survivor).toBe(mined[0]);
    expect([miner.change, survivor.id, survivor.size, survivor.version]).toEqual([CHANGED, 1, 8, 1]);
    expect(survivor.text).toBe('user <*> logged in from <*>');
    expect(survivor.identity).toBe('user <*> logged in from <*>');
    expect(survivor.aliases).toEqual(names.map((name) => `user ${name} logged in from <*>`));
    expect(miner.absorbed.map((template) => template.id)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(miner.templateCount).toBe(1);
    expect(mineText(miner, 'user ivy logged in from 10.0.0.1')).toBe(survivor);
    expect(mineText(miner, 'user u123 logged in from 10.0.0.1')).toBe(survivor);
    expect([miner.change, miner.absorbed]).toEqual([UNCHANGED, []]);
    expect(valuesIn(miner, survivor, 'user ivy logged in from 10.0.0.1')).toEqual(['word ivy', 'other 10.0.0.1']);
  });

  it('makes variables of all words behind = at once where five lines of several pairs differ in them alone', () => {
    const miner = keyedMiner();
    const said = (tag: string, name: string, ws: string) =>
      mineText(miner, `acquire lock=7, tag="${tag}", name=${name}, ws=${ws}, uid=10`);
    const lines: [string, string, string][] = [
      ['View Lock', 'com.a', 'none'],
      ['*launch*', 'com.b', 'some'],
      ['Audio', 'com.c', 'own'],
      ['Alarm', 'com.d', 'none'],
      ['Sync', 'com.e', 'some'],
    ];
    for (const line of lines.slice(0, 4)) expect(said(...line).version).toBe(0);
    expect(miner.templateCount).toBe(4);
    const survivor = said(...lines[4]!);
    expect([miner.change, miner.templateCount, survivor.id]).toEqual([CHANGED, 1, 1]);
    expect(survivor.text).toBe('acquire lock=<*>, tag="<*>", name=<*>, ws=<*>, uid=<*>');
    expect(said('Never heard', 'com.z', 'other')).toBe(survivor);
    expect(said('RILJ', 'q', 'none')).toBe(survivor);
    const line = 'acquire lock=7, tag="RILJ", name=q, ws=none, uid=10';
    expect(valuesIn(miner, survivor, line)).toEqual(['number 7', 'word RILJ', 'word q', 'word none', 'number 10']);
  });

  it('keeps what stands behind = in a line of two pairs, and the words of a message in any', () => {
    expect(templateOf('x name="a b", size=5').text).toBe('x name="a b", size=<*>');
    expect(templateOf('x id=1, name="a b", size=5').text).toBe('x id=<*>, name="<*>", size=<*>');
    expect(templateOf('x id=1, msg="a b", size=5').text).toBe('x id=<*>, msg="a b", size=<*>');
  });

  it.each([
    ['before', ['task t3 hides', 'task t12 hides']],
    ['behind', ['task t12 hides', 'task t3 hides']],
  ])('takes a name with a digit for a value where values stand, whichever came first: %s', (_, lines) => {
    const miner = keyedMiner();
    const [first, second] = lines.map((line) => mineText(miner, line));
    expect(second).toBe(first);
    expect([second!.text, miner.change, miner.templateCount]).toEqual(['task <*> hides', CHANGED, 1]);
    expect(mineText(miner, 'task t4 hides')).toBe(second);
  });

  it.skipIf(!shared).each(LOGHUB_SETS)('finds its own texts again: %s', (set) => {
    const miner = keyedMiner();
    for (const content of loghubContents(set)) {
      const { identity, text } = mineText(miner, content);
      expect(templateOf(text).identity).toBe(identity);
    }
  });

  it('takes nothing, NUL bytes, malformed UTF-8 and a mebibyte', () => {
    const miner = keyedMiner();
    expect(mineText(miner, '').text).toBe('');
    expect(mineText(miner, ' \n\t\n').id).toBe(1);
    expect(mineText(miner, 'a\0b \0').text).toBe('a\0b \0');
    expect(miner.mine(Uint8Array.of(0xff, 0x61, 0xc3), 0, 3).text).toBe('\ufffda\ufffd');
    expect(mineText(miner, 'x'.repeat(1 << 20)).text).toHaveLength(16_384);
    expect(mineText(miner, 'y '.repeat(1 << 19)).text.length).toBeLessThanOrEqual(16_384);
    expect(mineText(miner, '🙂 ok').text).toBe('🙂 ok');
  });

  it('does the same with its memory of lines and without, also while it evicts and merges', () => {
    const words = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'eth1', 'eth2', 'eth3', '7', 'up');
    const lines = fc.array(fc.array(words, { minLength: 1, maxLength: 4 }), { maxLength: 60 });
    fc.assert(
      fc.property(lines, fc.constantFrom(1, 4, 1000), (all, maxTemplates) => {
        const texts = all.map((each) => each.join(' '));
        const plain = results(new KeyedMiner({ maxTemplates, lineCache: false }), [...texts, ...texts]);
        expect(results(new KeyedMiner({ maxTemplates }), [...texts, ...texts])).toEqual(plain);
      }),
      { numRuns: 200, seed: 42 },
    );
  });

  it('counts every line once, whatever merges', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...FEW_WORDS), { maxLength: 300 }), (texts) => {
        const miner = keyedMiner();
        for (const text of texts) mineText(miner, text);
        expect(miner.templates().reduce((sum, template) => sum + template.size, 0)).toBe(texts.length);
      }),
      { numRuns: 100, seed: 42 },
    );
  });

  it('comes to the same templates in whatever order lines came', () => {
    const texts = [...FEW_WORDS];
    const identities = (order: readonly string[]): string[] => {
      const miner = keyedMiner();
      for (const text of order) mineText(miner, text);
      return miner
        .templates()
        .map((template) => template.identity)
        .toSorted();
    };
    const expected = identities(texts);
    for (let shift = 1; shift < texts.length; shift += 7)
      expect(identities([...texts.slice(shift), ...texts.slice(0, shift)])).toEqual(expected);
    expect(expected).toEqual(['disk <*> failed', 'user <*> logged in']);
  });

  it('needs three words with a digit, twelve at the start of a line, and takes a value into account', () => {
    const merged = (texts: string[]): number => {
      const miner = keyedMiner();
      for (const text of texts) mineText(miner, text);
      return miner.templateCount;
    };
    const letters = Array.from('abcdefghijkl', (letter) => letter + letter);
    expect(merged(['sda1', 'sdb1'].map((disk) => `disk ${disk} failed`))).toBe(2);
    expect(merged(['sda1', 'sdb1', 'sdc1'].map((disk) => `disk ${disk} failed`))).toBe(1);
    expect(merged(letters.slice(0, 11).map((name) => `${name} startup succeeded`))).toBe(11);
    expect(merged(letters.map((name) => `${name} startup succeeded`))).toBe(1);
    expect(merged(['root', ...letters.slice(0, 4)].map((name) => `${name} failed for now`))).toBe(5);
    expect(merged(['root', ...letters.slice(0, 8)].map((name) => `${name} failed for now`))).toBe(1);
  });

  it('mines a record on its message and the names of its fields, in any order', () => {
    const miner = keyedMiner();
    const json = mineText(miner, '{"level":"info", "msg":"user 5 logged in", "id":7}');
    expect([json.text, json.identity]).toEqual([
      '{"level":<*>, "msg":"user <*> logged in", "id":<*>}',
      '{ id level msg } user <*> logged in',
    ]);
    const other = '{"id":{"a":[1,"}"]},"msg":"user 66 logged in","level":"warn"}';
    expect(mineText(miner, other)).toBe(json);
    expect(valuesIn(miner, json, other)).toEqual(['other "warn"', 'number 66', 'other {"a":[1,"}"]}']);
    expect(mineText(miner, '{"msg":"user 5 logged in","id":7}')).not.toBe(json);
    const pairs = mineText(miner, 'ts=2026-05-29T10:00:00Z level=warn msg="slow query" ms=12.5');
    expect([pairs.text, pairs.identity]).toEqual([
      'ts=<*> level=<*> msg="slow query" ms=<*>',
      '{ level ms msg ts } slow query',
    ]);
    expect(valuesIn(miner, pairs, 'ms=7 msg="slow query" ts=x level=info')).toEqual([
      'word x',
      'word info',
      'number 7',
    ]);
    expect(templateOf('{"a" 1}').identity).toBe('a <*>');
    expect(templateOf('a=1 then b=2').identity).toBe('a <*> then b <*>');
  });

  it.each([
    ['a list of any length', ['ids: 1', 'ids: 1, 2, 3', 'ids: 1,2,3,4,5,6,7,8,9,10,11'], 'ids <*>'],
    ['a list of pairs', ['ALERT 0 is active', 'ALERT 0, ALERT 1, ALERT 2 is active'], 'ALERT <*> is active'],
    ['empty brackets and values', ['f() rhost= x', 'f(3) rhost=10.0.0.1 x'], 'f <*> rhost <*> x'],
    ['booleans and null', ['done: true', 'done: FALSE', 'done: null', 'done: 3'], 'done <*>'],
    [
      'hosts and addresses',
      ['to a.example.com', 'to 10.0.0.1:22', 'to fe80::1', 'to aa:bb:cc:dd:ee:ff', 'to x@y.org'],
      'to <*>',
    ],
    ['sizes', ['sent 3 B in 2 s', 'sent 1.5 KB in 20 ms', 'sent 12 GiB in 1 sec'], 'sent <*> in <*>'],
    [
      'dates',
      ['at Fri Jun 17 07:07:00 2005 ok', 'at 2026-05-29T10:00:00Z ok', 'at 29 May 2026 10:00:00 UTC ok'],
      'at <*> ok',
    ],
    ['paths', ['open /a/b', 'open C:\\a\\b', 'open ../x', 'open http://h/p?q=1', 'open /p?q=1'], 'open <*>'],
    ['colours of terminals', ['\u001b[32mINFO\u001b[0m ready', 'INFO ready'], 'INFO ready'],
  ])('sees one template in %s', (_, texts, identity) => {
    for (const text of texts) expect(templateOf(text).identity).toBe(identity);
  });

  it.each(['eth1 up', 'using ssh2', 'read/write error', 'defaced', 'org.apache.Foo failed', 'utf-x n/a'])(
    'keeps %j, which is words',
    (text) => {
      expect(templateOf(text).text).toBe(text);
    },
  );

  it('drops the least recently used template at its cap, counts it, and can still read it', () => {
    const miner = keyedMiner(2);
    const dropped = mineText(miner, 'alpha one');
    mineText(miner, 'beta two three');
    mineText(miner, 'gamma');
    expect([miner.templateCount, miner.evicted, dropped.text]).toEqual([2, 1, 'alpha one']);
    for (let i = 0; i < 3000; i++) mineText(miner, `${word(i)} ${word(i * 7)} ${word(i * 31)}`);
    expect([miner.templateCount, miner.evicted]).toEqual([2, 3001]);
    expect(miner.heldBytes).toBeLessThan(16_384);
  });

  it('bounds aliases, and the bytes that it holds, whatever it is sent', () => {
    const miner = keyedMiner(2000);
    for (let i = 0; i < 1500; i++) mineText(miner, `${word(i)}${'q'.repeat(15_000)}${' z'.repeat(i % 400)}`);
    expect(miner.heldBytes).toBeLessThan(5 << 20);
    expect(miner.evicted).toBeGreaterThan(0);
    const few = keyedMiner();
    for (let i = 0; i < 300; i++) for (let twice = 0; twice < 3; twice++) mineText(few, `job ${word(i)} ended`);
    expect([few.templateCount, few.templates()[0]!.size, few.templates()[0]!.aliases.length]).toEqual([1, 900, 8]);
    expect(few.heldBytes).toBeLessThan(32_768);
  });

  it('is not taught by what its clone mines, and the clone goes on as it would', () => {
    fc.assert(
      fc.property(fc.array(keyBait, { maxLength: 30 }), fc.array(keyBait, { maxLength: 30 }), (before, after) => {
        const miner = new KeyedMiner({ maxTemplates: 6 });
        for (const text of before) mineText(miner, text);
        const kept = stateOf(miner);
        const clone = miner.clone();
        const cloned = results(clone, after);
        expect(stateOf(miner)).toEqual(kept);
        expect(results(miner, after)).toEqual(cloned);
      }),
      { numRuns: 150, seed: 42 },
    );
  });

  it('gives as many spans as the text has placeholders', () => {
    fc.assert(
      fc.property(keyBait, keyBait, (first, second) => {
        const miner = keyedMiner();
        const template = mineText(miner, `x ${first}`);
        if (mineText(miner, `x ${second}`) !== template) return;
        const places = template.text.split('<*>').length - 1;
        const values = valuesIn(miner, template, `x ${second}`);
        expect(values.length === places || values.length === 0).toBe(true);
      }),
      { numRuns: 2000, seed: 42 },
    );
  });

  it('reads from shared memory', () => {
    const text = new TextEncoder().encode('xx user é 12345 logged in');
    const bytes = new Uint8Array(new SharedArrayBuffer(64), 5);
    bytes.set(text);
    const miner = keyedMiner();
    const template = miner.mine(bytes, 3, text.length);
    expect(template.text).toBe('user é <*> logged in');
    expect(miner.parameters(template, bytes, 3, text.length).count).toBe(1);
  });

  it('refuses settings that no miner can have, and says which', () => {
    expect(() => keyedMiner(0)).toThrow('got 0 templates; expected at least 1');
  });
});

const FEW_WORDS = [
  ...['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus', 'hal', 'ivy'].map((name) => `user ${name} logged in`),
  ...['sda1', 'sdb1', 'sdc1', 'sdd1'].map((disk) => `disk ${disk} failed`),
];

/** Everything that can be seen of a miner while and after it mined. */
function results(miner: KeyedMiner, texts: readonly string[]): unknown[] {
  const mined = texts.map((text) => {
    const template = mineText(miner, text);
    const absorbed = miner.absorbed.map((each) => each.id);
    return [
      template.id,
      template.size,
      template.text,
      template.identity,
      miner.change,
      absorbed,
      miner.tokenCount,
      miner.charCount,
    ];
  });
  return [mined, stateOf(miner)];
}

function stateOf(miner: KeyedMiner): unknown[] {
  const kept = miner.templates().map(({ id, size, version, text, aliases }) => [id, size, version, text, [...aliases]]);
  return [kept, miner.templateCount, miner.evicted, miner.heldBytes];
}

/** A word without digits, another one for every number below 26^3. */
function word(index: number): string {
  const letters = [index % 26, Math.floor(index / 26) % 26, Math.floor(index / 676) % 26];
  return String.fromCharCode(...letters.map((letter) => 97 + letter));
}
