import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SNAPSHOT_VERSION } from '../../src/score/snapshot.ts';

const SRC = join(import.meta.dirname, '../../src');

/** Fields that no snapshot has, and why nothing is lost with them. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  // Given when it is made.
  'score/default/default-detector.ts': ['service', '#options', '#alertReasons', '#verdict'],
  'score/reference/reference-detector.ts': [
    'service',
    '#options',
    '#learningLines',
    '#alertReasons',
    '#verdict',
    // Worked out again when asked for: the template's text is all it depends on.
    '#fingerprints',
  ],
  'score/default/event-stream.ts': ['#options'],
  'score/default/rate-baseline.ts': ['#memorySeconds', '#kept', '#keptFor'],
  'score/default/shift-watch.ts': ['#alternatives'],
  'score/default/spread.ts': ['#prior', '#priorWeight'],
  'score/default/parameter-summary.ts': ['position'],
  'score/default/template-memory.ts': ['template'],
  'score/default/memory-archive.ts': ['#state', '#memories', '#numbers'],
  'score/default/lineage.ts': ['#service', '#events', '#fingerprints'],
  // What all of its counters stand for, by name.
  'score/default/service-watch.ts': ['lines', 'errors', 'warns'],
  // Of the line before.
  'score/default/line-trees.ts': ['key'],
  'score/cell-trees.ts': ['#cells', '#index'],
  // Filled anew from the templates, or only a memory of lines that changes no result.
  'mine/keyed/keyed-miner.ts': [
    '#options',
    '#shapes',
    '#keys',
    '#siblings',
    '#owner',
    '#recall',
    '#order',
    '#weight',
    'change',
    'absorbed',
    'tokenCount',
    'charCount',
  ],
  'mine/keyed/keyed-template.ts': [
    'memory',
    'recallVersion',
    'shapes',
    'recalled',
    'places',
    'older',
    'newer',
    '#text',
    '#identity',
    '#tokenCount',
  ],
  'mine/kept/keeping-miner.ts': [
    '#maxKept',
    '#owner',
    '#counts',
    '#next',
    '#nextText',
    '#weight',
    'change',
    'absorbed',
    'tokenCount',
    'charCount',
  ],
  'mine/kept/kept-template.ts': ['version', 'aliases', 'memory', 'recallVersion'],
  'mine/gone-template.ts': ['memory'],
  'mine/drain3/drain-miner.ts': [
    '#options',
    '#cache',
    '#sweepsSeen',
    '#reroutesSeen',
    '#order',
    '#owner',
    '#recall',
    '#digitTokens',
    'change',
    'absorbed',
    'tokenCount',
    'charCount',
  ],
  'mine/drain3/drain-template.ts': [
    'aliases',
    'memory',
    'searched',
    'leaf',
    'older',
    'newer',
    '#table',
    '#lastGeneration',
    '#text',
  ],
  'mine/drain3/drain-tree.ts': ['#options', '#table', '#needs', '#versions', 'reroutes'],
  'mine/drain3/token-table.ts': ['sweeps'],
};

/** Of all that is archived, by version. Where this fails, raise `SNAPSHOT_VERSION` and add the digest that is shown. */
const DIGESTS: Readonly<Record<number, string>> = {
  2: 'c788a1a6b8da61ac',
  3: '545ad41d5069cf51',
  4: 'decf57143dfb9691',
  5: '5dfe25eb5fbe4fbd',
};

interface ArchivedClass {
  file: string;
  fields: string[];
  /** What it says of archives, white space apart. */
  text: string;
}

const classes = archivedClasses();

describe('what a snapshot holds', () => {
  it.each(classes)('has every field of $file', ({ file, fields, text }) => {
    const leftOut = LEFT_OUT[file] ?? [];
    const missing = fields.filter((field) => !leftOut.includes(field) && !mentions(text, field));
    expect(missing, `fields that "archive" does not name; name them, or say in this test why not`).toEqual([]);
    expect(
      leftOut.filter((field) => !fields.includes(field)),
      'fields that are no more',
    ).toEqual([]);
  });

  it('changes with its version only', () => {
    const digest = createHash('sha256');
    for (const { file, text } of classes) digest.update(`${file} ${text.replaceAll(/\s+/g, '')}`);
    expect(DIGESTS[SNAPSHOT_VERSION]).toBe(digest.digest('hex').slice(0, 16));
  });
});

function mentions(text: string, field: string): boolean {
  return text.split(/[^\w#]+/).includes(field);
}

/** Every class with a method that archives it, of the folders that models live in. */
function archivedClasses(): ArchivedClass[] {
  const found: ArchivedClass[] = [];
  for (const folder of ['mine', 'score']) {
    for (const name of readdirSync(join(SRC, folder), { recursive: true, encoding: 'utf8' }).toSorted()) {
      if (!name.endsWith('.ts')) continue;
      const file = `${folder}/${name.replaceAll('\\', '/')}`;
      const code = readFileSync(join(SRC, file), 'utf8');
      const body = /\nexport class [^{]*\{\n([\s\S]*?)\n\}\n/.exec(code)?.[1];
      if (body === undefined) continue;
      const text = methodsOf(body)
        .filter((method) => method.includes('state: Archive') || method.includes('this.#state.'))
        .join('\n');
      if (text === '') continue;
      const fields = Array.from(
        body.matchAll(/^ {2}(?:private )?(?:readonly )?(#?\w+)(?:: [^({]+?)?(?: =|;$)/gm),
        (match) => match[1]!,
      );
      found.push({ file, fields, text });
    }
  }
  return found;
}

/** Methods as they stand in the code, by the house's indentation. */
function methodsOf(body: string): string[] {
  return Array.from(body.matchAll(/^ {2}\S[^\n]*\([\s\S]*?^ {2}\}$/gm), ([method]) => method);
}
