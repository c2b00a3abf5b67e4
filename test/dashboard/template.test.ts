import { execFileSync } from 'node:child_process';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { templatesAsCsv } from '../../src/dashboard/template/export-templates.ts';
import { queryLanguages, storeQuery } from '../../src/dashboard/template/store-queries.ts';
import { SOURCE_NAMES } from '../../src/sources/catalogue.ts';
import { lineRuns, templateRuns } from '../../src/dashboard/template/template-text.ts';

const variables = (runs: { text: string; isVariable: boolean }[]) =>
  runs.filter(({ isVariable }) => isVariable).map(({ text }) => text);

describe('what varies in a line', () => {
  test('is what stands where its template has variables', () => {
    const template = 'no connection to <*> after <*>: <*> of <*> in use';
    const line = 'no connection to db-1 after 5036ms: 20 of 20 in use';
    expect(variables(lineRuns(line, template))).toEqual(['db-1', '5036ms', '20', '20']);
    expect(variables(templateRuns(template))).toEqual(['<*>', '<*>', '<*>', '<*>']);
    expect(variables(lineRuns('10.0.0.1 said 7', '<IP> said <NUM>'))).toEqual(['10.0.0.1', '7']);
  });

  test('is nothing where the line does not fit; a line is always whole', () => {
    for (const line of ['', 'other', 'no connection to x', 'a <*> b', 'stack\n  at trace']) {
      const runs = lineRuns(line, 'no connection to <*> after <*>');
      expect(runs.map(({ text }) => text).join('')).toBe(line);
      expect(variables(runs)).toEqual([]);
    }
    expect(
      lineRuns('user 7 failed\n  at main', 'user <*> failed')
        .map(({ text }) => text)
        .join(''),
    ).toBe('user 7 failed\n  at main');
  });
});

describe('a query for the lines of a template', () => {
  const hostile = `it's "odd" (50 %_) \\ {x} $y <*> end`;

  test.each(queryLanguages())('$language closes every quote that it opens', ({ source }) => {
    const { text } = storeQuery(source, `o'clock "svc"`, hostile)!;
    const unescaped = text.replaceAll(/\\./g, '');
    const quotes = source === 'clickhouse' || source === 'newrelic' ? /'/g : source === 'file' ? /$^/g : /"/g;
    expect((unescaped.match(quotes) ?? []).length % 2).toBe(0);
    expect(text).not.toContain('<*>');
  });

  test('is as each language has it', () => {
    const of = (source: string) => storeQuery(source, 'shop', 'order <*> is 50% late')?.text;
    expect(of('loki')).toBe('{service_name="shop"} |~ "order .* is 50% late"');
    expect(of('clickhouse')).toContain(String.raw`Body LIKE '%order % is 50\\% late%'`);
    expect(of('datadog')).toBe('service:"shop" "order" "is 50% late"');
    expect(of('splunk')).toMatch(/^search "order" "is 50% late"/);
    expect(of('cloudwatch')).toContain('like /order .* is 50% late/');
    expect(storeQuery('otlp', 'shop', 'x')).toBeUndefined();
  });

  test('escapes what each language would read as its own', () => {
    const of = (source: string) => storeQuery(source, `o'clock "svc"`, hostile)!.text.split('\n');
    const regex = String.raw`it's "odd" \(50 %_\) \\ \{x\} \$y .* end`;
    const inQuotes = regex.replaceAll(/["\\]/g, String.raw`\$&`);
    expect(of('loki')).toEqual([String.raw`{service_name="o'clock \"svc\""} |~ "${inQuotes}"`]);
    expect(of('clickhouse')[1]).toBe(
      String.raw`WHERE ServiceName = 'o\'clock "svc"' AND Body LIKE '%it\'s "odd" (50 \\%\\_) \\\\ {x} $y % end%'`,
    );
    expect(of('newrelic')[1]).toBe(
      String.raw`WHERE service.name = 'o\'clock "svc"' AND message LIKE '%it\'s "odd" (50 %) % {x} $y % end%'`,
    );
    expect(of('cloudwatch')[1]).toBe(`| filter @message like /${regex}/`);
    expect(of('datadog')).toEqual([String.raw`service:"o'clock \"svc\"" "it's \"odd\" (50 %_) \\ {x} $y" "end"`]);
    const phrase = String.raw`"it's \"odd\" (50 %_) \\ {x} $y"`;
    const service = String.raw`"o'clock \"svc\""`;
    expect(of('elasticsearch')).toEqual([`service.name:${service} AND message:${phrase} AND message:"end"`]);
    expect(of('opensearch')).toEqual([
      `(service.name:${service} OR serviceName:${service} OR resource.service.name:${service})` +
        ` AND (message:${phrase} OR body:${phrase}) AND (message:"end" OR body:"end")`,
    ]);
    expect(of('splunk')[0]).toBe(String.raw`search "it's \"odd\" (50 %_) \\ {x} $y" "end"`);
    expect(of('azure')[2]).toContain(`matches regex "${inQuotes}"`);
    expect(of('gcp')).toEqual([
      'SEARCH("it s odd 50 x y end")',
      `(textPayload=~"${inQuotes}" OR jsonPayload.message=~"${inQuotes}")`,
    ]);
    expect(of('sentry')).toEqual([String.raw`message:"*it's \"odd\" (50 %_) \\ {x} $y * end*"`]);
  });

  test('asks a store that searches by words for none that a variable is a part of', () => {
    const of = (source: string) => storeQuery(source, 'shop', 'user<*> took <*>ms of rack-<*>, late')?.text;
    expect(of('datadog')).toBe('service:"shop" "took" "of rack-" ", late"');
    expect(of('gcp')).toMatch(/^SEARCH\("took of rack late"\)\n/);
    expect(of('loki')).toContain('"user.* took .*ms of rack-.*, late"');
  });

  test('is about the window where the store would search all that it has', () => {
    const of = (source: string) => storeQuery(source, 'shop', 'late', { startMs: 1000, endMs: 61_000 })?.text;
    expect(of('newrelic')).toMatch(/\nSINCE 1000 UNTIL 61000 LIMIT 100$/);
    expect(of('clickhouse')).toContain(
      '\n  AND Timestamp BETWEEN fromUnixTimestamp64Milli(toInt64(1000)) AND fromUnixTimestamp64Milli(toInt64(61000))\n',
    );
  });

  test('overrules the time picker where a time in the query does so by the documentation', () => {
    const window = { startMs: Date.UTC(2026, 4, 4, 8, 0, 0, 500), endMs: Date.UTC(2026, 4, 4, 9, 0, 0, 500) };
    const of = (source: string) => storeQuery(source, 'shop', 'late', window)!.text;
    // Splunk, time modifiers: epoch seconds; the earliest is part of it, the latest is not.
    expect(of('splunk')).toBe('search earliest=1777881600 latest=1777885201 "late"\n| table _time, host, source, _raw');
    // Kusto: between takes both ends; a filter on TimeGenerated makes the picker say "Set in query".
    expect(of('azure').split('\n')[1]).toBe(
      '| where TimeGenerated between (datetime(2026-05-04T08:00:00.500Z) .. datetime(2026-05-04T09:00:00.500Z))',
    );
    // Google: lines are joined by AND, timestamps are RFC 3339 in quotes.
    expect(of('gcp').split('\n')[0]).toBe(
      'timestamp>="2026-05-04T08:00:00.500Z" AND timestamp<="2026-05-04T09:00:00.500Z"',
    );
  });

  test('is one string for Sentry, which takes no second one, with its own wildcards made plain', () => {
    const of = (template: string) => storeQuery('sentry', 'shop', template)!.text;
    expect(of('order <*> is late')).toBe('message:"*order * is late*"');
    expect(of('<*> of <*>')).toBe('message:"* of *"');
    expect(of(String.raw`2*3 in C:\dir`)).toBe(String.raw`message:"*2\*3 in C:\\dir*"`);
    expect(of('a\tb')).toBe('message:"*a*b*"');
    expect(of('<*>')).toBe('message:"*"');
  });

  test('has no curly quote for Datadog, where they want an escape and are not searched for', () => {
    expect(storeQuery('datadog', 'shop', 'page “home” is “gone”')!.text).toBe('service:"shop" "page home is gone"');
  });

  test('keeps letters of any script, also where words are taken apart', () => {
    const of = (source: string) => storeQuery(source, 'shop', 'größe 大きい <*> überall')!.text;
    expect(of('datadog')).toBe('service:"shop" "größe 大きい" "überall"');
    expect(of('gcp')).toContain('SEARCH("größe 大きい überall")');
    expect(of('azure')).toContain('matches regex "größe 大きい .* überall"');
  });

  test('there is one for every source that has a language, and for a template of nothing but variables', () => {
    const stores = SOURCE_NAMES.filter((source) => source !== 'otlp');
    expect(
      queryLanguages()
        .map(({ source }) => source)
        .toSorted(),
    ).toEqual(stores.toSorted());
    for (const source of stores) {
      const { text } = storeQuery(source, 'shop', '<*>')!;
      expect(text).not.toMatch(/SEARCH\(""\)|search \n|message:""/);
    }
  });

  test('the one for files finds the line', () => {
    const { text } = storeQuery('file', 'shop', hostile)!;
    const line = hostile.replace('<*>', 'whatever stands here');
    const found = execFileSync('sh', ['-c', text.replace(/FILE$/, '-')], { input: `before\n${line}\nafter\n` });
    expect(found.toString()).toBe(`${line}\n`);
  });
});

test('exported templates are read again as they were, and no cell is a formula', () => {
  const cluster = {
    id: 1,
    fingerprint: '0123456789abcdef',
    name: '',
    service: '@svc',
    x: 5,
    y: 5,
    size: 8,
    color: 'red',
    logCount: 3,
    isAnomaly: true,
    avgScore: 0.5,
    firstSeen: 0,
    lastSeen: 1000,
    template: '=HYPERLINK("http://x","a,b")\nsecond',
    logs: [],
    levels: { error: 3 },
  };
  const [row] = parse<Record<string, string>>(templatesAsCsv([cluster]), { columns: true });
  expect(row).toMatchObject({
    service: "'@svc",
    template: `'${cluster.template}`,
    rows: '3',
    levels: 'error:3',
    first_seen: '1970-01-01T00:00:00.000Z',
  });
});
