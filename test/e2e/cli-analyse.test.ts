import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/domain/cluster.ts';
import { openTerminal, runCli, spawnCli } from './run-cli.ts';
import { once } from 'node:events';

const START_MS = Date.UTC(2026, 4, 4, 8);
const ESCAPE = '\u001b';
const EVIL = `<script>alert(1)</script> "quoted", ${ESCAPE}[31mred${ESCAPE}]0;title\u0007 \u202Edesrever`;
const WORDS = ['cart', 'user', 'page', 'mail', 'cache', 'stock', 'price', 'order'];

/** An hour of eight templates in text, and one minute of something else. */
function logText(lines: number): string {
  return Array.from({ length: lines }, (_, i) => {
    const time = new Date(START_MS + (i * 3_600_000) / lines).toISOString();
    const isBad = i > lines * 0.9 && i < lines * 0.92;
    const what = isBad ? `ERROR no room left for ${EVIL}` : `INFO ${WORDS[i % 8]} ${i} loaded in ${i % 90} ms`;
    return `${time} ${what}\n`;
  }).join('');
}

describe('halfspace analyse', () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'halfspace-analyse-'));
    writeFileSync(file('app.log'), logText(4000));
    writeFileSync(file('app.log.gz'), gzipSync(logText(4000)));
    writeFileSync(file('usual.log'), logText(800).split('\n').slice(0, 700).join('\n'));
    writeFileSync(file('large.log'), logText(1_000_000));
    writeFileSync(file('empty.log'), '');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const clustersOf = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli(['analyse', '--ndjson', ...args]);
    expect([code, stderr]).toEqual([0, '']);
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Cluster);
  };

  test('tells templates, what stands apart and the map, without colours or progress in a pipe', async () => {
    const { code, stdout, stderr } = await runCli(['analyse', file('app.log')]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^4,000 lines of 1 service, 2026-05-04 08:00:00 to 2026-05-04 08:59:59 UTC\n9 templates, 1 /m,
    );
    expect(stdout).toMatch(/What stands apart\n1 error unknown_service 79 lines, first 2026-05-04 08:54:00, score /);
    expect(stdout).toMatch(/\n +491 +12\.\d % +8\.2 +cart <\*> loaded in <\*> ms\n/);
    expect(stdout).toMatch(/Map\n┌─{98,100}┐\n[^]*│.*1.*│\n[^]*└─+┘\n/);
    expect(stdout).not.toContain(ESCAPE);
    expect(stdout).not.toMatch(/\p{Bidi_Control}/u);
  });

  test('says the same of a file that is packed, in two parts, or piped', async () => {
    const [plain, packed] = await Promise.all([clustersOf(file('app.log')), clustersOf(file('app.log.gz'))]);
    expect(packed).toEqual(plain);
    const piped = await runCli(['analyse', '--ndjson', '-'], {}, readFileSync(file('app.log'), 'utf8'));
    expect(
      piped.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(plain);
    const twice = await clustersOf(file('usual.log'), file('app.log'));
    expect(twice.reduce((sum, { logCount }) => sum + logCount, 0)).toBe(4700);
  });

  test('writes JSON, and CSV with whatever lines hold in its fields', async () => {
    const [json, csv] = await Promise.all([
      runCli(['analyse', '--json', file('app.log')]),
      runCli(['analyse', '--csv', file('app.log')]),
    ]);
    const answer = JSON.parse(json.stdout) as { log_count: number; cluster_count: number; clusters: Cluster[] };
    expect(answer).toMatchObject({ log_count: 4000, cluster_count: 9, truncated: false });
    const rows = parse<Record<string, string>>(csv.stdout, { columns: true });
    expect(rows.map(({ template, lines }) => [template, Number(lines)])).toEqual(
      answer.clusters.map(({ template, logCount }) => [template, logCount]),
    );
    expect(rows.at(-1)).toMatchObject({ is_anomaly: 'true', error: '79', info: '0' });
  });

  test('writes a report in which lines are text and nothing is asked of anybody', async () => {
    const { code } = await runCli(['analyse', file('app.log'), '--html', file('report.html')]);
    expect(code).toBe(0);
    const html = readFileSync(file('report.html'), 'utf8');
    expect(html).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-`,
    );
    expect(html).toContain('no room left for &lt;script&gt;alert');
    expect(html).not.toMatch(/<script|<link|<img|<iframe|\son\w+=|url\(|https?:/i);
    expect(html).not.toContain(ESCAPE);
    expect(html.match(/<circle /g)).toHaveLength(9);
  });

  test.each([
    ['app.log', 3],
    ['usual.log', 0],
  ])('of %s with --fail-on-anomaly ends with %i', async (name, code) => {
    expect((await runCli(['analyse', '--fail-on-anomaly', file(name)])).code).toBe(code);
  });

  const refused: [string[], number, RegExp][] = [
    [['analyse'], 2, /^analyse needs a file, - for standard input, or --source NAME$/],
    [['analyse', '-', '-'], 2, /^standard input \(-\) can be read once$/],
    [['analyse', 'x', '--source', 'loki'], 2, /^analyse takes files or --source, not both$/],
    [['analyse', 'x', '--window', 'soon'], 2, /^window="soon" is not one of 1h, /],
    [['analyse', '/no/such/file'], 1, /^cannot read \/no\/such\/file: there is no such file/],
    [
      ['analyse', 'x', '--html', '/no/such/a.html'],
      1,
      /^the report .+ \/no\/such\/a\.html: there is no folder \/no\/such$/,
    ],
    [['analyse', ''], 2, /^the name of a file is empty$/],
    [['analyse', 'x', '--html', '-'], 2, /^--html is -: give it the name of a file$/],
    [['analyse', 'x', '--html', ''], 2, /^--html is empty: give it the name of a file$/],
    [['analyse', 'x', '--html', '/tmp'], 1, /^the report cannot be written to \/tmp: it is a folder$/],
    [['analyse', 'x', '--window', ''], 2, /^--window is empty: give it a value$/],
    [['analyse', '--source', 'loki'], 2, /^Loki is not configured: set LOKI_URL$/],
  ];
  test.each(refused)('%j ends with %i and a sentence', async (args, exit, sentence) => {
    const { code, stdout, stderr } = await runCli(args);
    expect([code, stdout]).toEqual([exit, '']);
    expect(stderr.trimEnd()).toMatch(sentence);
  });

  test('of a window that has no rows says which it is, and of untimed files no times', async () => {
    const none = await runCli(['analyse', file('app.log'), '--start', '2026-05-01', '--end', '2026-05-02']);
    expect(none.code).toBe(0);
    expect(none.stderr).toMatch(
      /app\.log has no rows from 2026-05-01T00:00:00\.000Z to 2026-05-02T00:00:00\.000Z: the 4,000 rows there are from /,
    );
    for (const [name, seconds] of [
      ['untimed-1.log', 1000],
      ['untimed-2.log', 5000],
    ] as const) {
      writeFileSync(file(name), `${'all is well\n'.repeat(60)}ERROR nothing is\n`);
      utimesSync(file(name), seconds, seconds);
    }
    const report = file('untimed.html');
    const untimed = await runCli(['analyse', file('untimed-1.log'), file('untimed-2.log'), '--html', report]);
    expect(untimed.stderr).toMatch(/2 files: no row says its time: all took that of their file's last change, /);
    expect(untimed.stdout).toMatch(/^122 lines of 1 service\n/m);
    expect(untimed.stdout).not.toMatch(/1970-|per /);
    expect(readFileSync(report, 'utf8')).not.toMatch(/1970-|Per /);
  });

  test('of a broken pipe names standard input, and of an empty file says so', async () => {
    const broken = await runCli(['analyse', '-'], {}, gzipSync(logText(100)).subarray(0, 200).toString('latin1'));
    expect(broken.stderr).not.toContain('/dev/fd');
    const empty = await runCli(['analyse', file('empty.log')]);
    expect(empty.code).toBe(0);
    expect(empty.stderr).toMatch(/empty\.log has no rows\n$/);
  });

  test('on a terminal shows how far it is, takes that away, and paints', async () => {
    const terminal = openTerminal(['analyse', file('large.log')], { columns: 90 });
    expect(await terminal.ended).toBe(0);
    expect(terminal.text).toMatch(/…\S*large\.log \[#*-+\] \d+ % {2}[\d,]+ lines {2}[\d,]+\/s/);
    expect(terminal.text.lastIndexOf('\r\u001b[K')).toBeLessThan(terminal.text.indexOf('templates,'));
    expect(terminal.text).toContain('\u001b[31m');
    const table = terminal.text.slice(terminal.text.indexOf('Templates'));
    for (const line of stripVTControlCharacters(table).split('\r\n')) expect(line.length).toBeLessThanOrEqual(90);
  }, 60_000);

  test('NO_COLOR is obeyed on a terminal, and FORCE_COLOR in a pipe', async () => {
    const terminal = openTerminal(['analyse', file('app.log')], { env: { NO_COLOR: '1' } });
    expect(await terminal.ended).toBe(0);
    expect(terminal.text).not.toContain('\u001b[31m');
    const { stdout } = await runCli(['analyse', file('app.log')], { FORCE_COLOR: '1' });
    expect(stdout).toContain('\u001b[31m');
  }, 60_000);

  test('Ctrl-C ends it with 130 and a clean line', async () => {
    const terminal = openTerminal(['analyse', file('large.log')]);
    await terminal.until(/large\.log \[/);
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(130);
    expect(terminal.text.endsWith('\r\u001b[K')).toBe(true);
  }, 60_000);

  test('a reader that has seen enough ends it quietly', async () => {
    const child = spawnCli(['analyse', '--ndjson', file('app.log')]);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number | null];
    expect([code, stderr]).toEqual([0, '']);
  });
});
