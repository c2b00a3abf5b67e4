import { literalsOf } from './template-text.ts';

/** A query for the lines of a template, in the language of a store. */
export interface StoreQuery {
  language: string;
  text: string;
}

/** When the lines were said, for stores that would search all that they have without. */
export interface QueryWindow {
  startMs: number;
  endMs: number;
}

type Build = (service: string, literals: readonly string[], window?: QueryWindow) => string;

/** By source, as the API names it. */
const LANGUAGES: ReadonlyMap<string, { language: string; build: Build }> = new Map([
  ['loki', { language: 'LogQL', build: (s, l) => `{service_name=${quoted(s)}} |~ ${quoted(regexOf(l))}` }],
  [
    'clickhouse',
    {
      language: 'SQL',
      build: (s, l, w) =>
        `SELECT Timestamp, SeverityText, Body FROM otel_logs\nWHERE ServiceName = ${sqlText(s)} AND Body LIKE ${sqlText(likeOf(l))}\n${clickhouseTimes(w)}ORDER BY Timestamp DESC LIMIT 100`,
    },
  ],
  [
    'datadog',
    {
      language: 'Datadog',
      // No other character than these needs an escape between straight quotes, and none of them is searched for in a message.
      build: (s, l) => [`service:${quoted(s)}`, ...phrases(l.map((one) => one.replaceAll(/[“”]/g, ' ')))].join(' '),
    },
  ],
  [
    'newrelic',
    {
      language: 'NRQL',
      build: (s, l, w) =>
        `SELECT timestamp, level, message FROM Log\nWHERE service.name = ${sqlText(s)} AND message LIKE ${sqlText(looseLikeOf(l))}\n${w === undefined ? 'SINCE 1 hour ago' : `SINCE ${w.startMs} UNTIL ${w.endMs}`} LIMIT 100`,
    },
  ],
  [
    'cloudwatch',
    {
      language: 'Logs Insights',
      build: (_s, l) =>
        `fields @timestamp, @message, @log\n| filter @message like /${regexOf(l).replaceAll('/', String.raw`\/`)}/\n| sort @timestamp desc | limit 100`,
    },
  ],
  [
    'elasticsearch',
    {
      // In what Kibana's KQL and Lucene have in common. The Collector's documents have an alias `message`.
      language: 'KQL, Lucene',
      build: (s, l) => [`service.name:${quoted(s)}`, ...phrases(l).map((p) => `message:${p}`)].join(' AND '),
    },
  ],
  [
    'opensearch',
    {
      // In what Dashboards' DQL and Lucene have in common. Nothing is an alias here: ECS, the Collector's and Data Prepper's.
      language: 'DQL, Lucene',
      build: (s, l) =>
        [
          anyOf(['service.name', 'serviceName', 'resource.service.name'], quoted(s)),
          ...phrases(l).map((p) => anyOf(['message', 'body'], p)),
        ].join(' AND '),
    },
  ],
  [
    'splunk',
    {
      language: 'SPL',
      build: (_s, l, w) => `search ${splunkTimes(w)}${phrases(l).join(' ') || '*'}\n| table _time, host, source, _raw`,
    },
  ],
  [
    'azure',
    {
      language: 'KQL',
      build: (s, l, w) =>
        `union isfuzzy=true AppTraces, ContainerLogV2\n${kustoTimes(w)}| where tostring(column_ifexists("AppRoleName", "")) == ${quoted(s)} or tostring(column_ifexists("ContainerName", "")) == ${quoted(s)}\n| where tostring(coalesce(tostring(column_ifexists("Message", "")), tostring(column_ifexists("LogMessage", "")))) matches regex ${quoted(regexOf(l))}\n| order by TimeGenerated desc | take 100`,
    },
  ],
  [
    'gcp',
    {
      language: 'Logging query',
      build: (_s, l, w) =>
        `${loggingTimes(w)}${searchOf(wordsOf(l))}(textPayload=~${quoted(regexOf(l))} OR jsonPayload.message=~${quoted(regexOf(l))})`,
    },
  ],
  // Free text may be one string alone, so that all goes into one pattern.
  ['sentry', { language: 'Sentry', build: (_s, l) => `message:"${wildcardsOf(l)}"` }],
  ['file', { language: 'grep', build: (_s, l) => `grep -E -- ${shellText(regexOf(l))} FILE` }],
]);

/** Sources that a query can be had for, each with the name of its language. */
export function queryLanguages(): { source: string; language: string }[] {
  return [...LANGUAGES].map(([source, { language }]) => ({ source, language: `${source} (${language})` }));
}

/** Undefined for a source that has no language of its own. */
export function storeQuery(
  source: string,
  service: string,
  template: string,
  window?: QueryWindow,
): StoreQuery | undefined {
  const known = LANGUAGES.get(source);
  if (known === undefined) return undefined;
  return { language: known.language, text: known.build(service, literalsOf(template), window) };
}

/** RE2, which all but grep take; of the extended kind that GNU's has it uses nothing else either. */
function regexOf(literals: readonly string[]): string {
  const escaped = literals.map((literal) => literal.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  return escaped.map((literal) => literal.replaceAll(/[\t\r\n]/g, String.raw`\s`)).join('.*');
}

/** Of LIKE, where per cent and underscore stand for others. */
function likeOf(literals: readonly string[]): string {
  return `%${literals.map((literal) => literal.replaceAll(/[\\%_]/g, String.raw`\$&`)).join('%')}%`;
}

/** Of NRQL's LIKE, which has no escape: what would stand for others may be anything. */
function looseLikeOf(literals: readonly string[]): string {
  return `%${literals.map((literal) => literal.replaceAll(/[\\%_\t\r\n]/g, '%')).join('%')}%`.replaceAll(/%+/g, '%');
}

/** Of Sentry, where an asterisk stands for anything and a backslash makes any character itself. */
function wildcardsOf(literals: readonly string[]): string {
  const escaped = literals.map((literal) =>
    literal.replaceAll(/["*\\]/g, String.raw`\$&`).replaceAll(/[\t\r\n]+/g, '*'),
  );
  return `*${escaped.filter((literal) => literal !== '').join('*')}*`.replace(/^\*+$/, '*');
}

/** Narrows down by the index, before the regular expression is tried. */
function searchOf(words: readonly string[]): string {
  return words.length === 0 ? '' : `SEARCH(${quoted(words.join(' '))})\n`;
}

/** Literal parts that say something, each as a phrase. */
function phrases(literals: readonly string[]): string[] {
  return wholeWords(literals)
    .map((literal) => literal.replaceAll(/\s+/g, ' ').trim())
    .filter((literal) => /[\p{L}\p{N}]/u.test(literal))
    .map(quoted);
}

/** Without what touches a variable: stores that search by words have one word of both. */
function wholeWords(literals: readonly string[]): string[] {
  return literals.map((literal, i) => {
    const head = i === 0 ? literal : literal.replace(/^[\p{L}\p{N}_]+/u, '');
    return i === literals.length - 1 ? head : head.replace(/[\p{L}\p{N}_]+$/u, '');
  });
}

/** Documents have one of these fields. */
function anyOf(fields: readonly string[], value: string): string {
  return `(${fields.map((field) => `${field}:${value}`).join(' OR ')})`;
}

function clickhouseTimes(window: QueryWindow | undefined): string {
  if (window === undefined) return '';
  const [from, to] = [window.startMs, window.endMs].map((ms) => `fromUnixTimestamp64Milli(toInt64(${ms}))`);
  return `  AND Timestamp BETWEEN ${from} AND ${to}\n`;
}

/** A time in the search goes before the time picker's; the end is not part of it. */
function splunkTimes(window: QueryWindow | undefined): string {
  if (window === undefined) return '';
  return `earliest=${Math.floor(window.startMs / 1000)} latest=${Math.floor(window.endMs / 1000) + 1} `;
}

/** As above. */
function kustoTimes(window: QueryWindow | undefined): string {
  if (window === undefined) return '';
  return `| where TimeGenerated between (datetime(${isoOf(window.startMs)}) .. datetime(${isoOf(window.endMs)}))\n`;
}

function loggingTimes(window: QueryWindow | undefined): string {
  if (window === undefined) return '';
  return `timestamp>="${isoOf(window.startMs)}" AND timestamp<="${isoOf(window.endMs)}"\n`;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

function wordsOf(literals: readonly string[]): string[] {
  return (
    wholeWords(literals)
      .join(' ')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** Between double quotes, with backslashes for what would end them. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"`;
}

/** Between single quotes; a backslash is doubled, as ClickHouse and NRQL read it as an escape. */
function sqlText(text: string): string {
  return `'${text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", String.raw`\'`)
    .replaceAll('\n', String.raw`\n`)}'`;
}

function shellText(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
