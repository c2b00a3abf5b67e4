import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHalfspace } from './halfspace.ts';
import { encodeLogs, ERROR, httpSender, messages } from './otlp-client.ts';
import { runCli } from './run-cli.ts';

const ESCAPE = '\u001b';
/** What a line of a terminal may hold: nothing that drives it, and nothing that turns text around. */
const DRIVES = /[\p{Cc}\p{Bidi_Control}]/u;
const HOSTILE = `${ESCAPE}[2J${ESCAPE}]0;title\u0007\u009b31m\u202egnpexe <script>alert(1)</script> [x](https://evil.example)`;
const FORMULA = `=HYPERLINK("https://evil.example","x") ${HOSTILE}`;

/** Of each line but for the end of it. */
function expectHarmless(text: string): void {
  expect(text.split('\n').filter((line) => DRIVES.test(line))).toEqual([]);
}

describe('S16: hostile text in names of services and in lines', () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  const linesOf = (count: number, all: (i: number) => string) =>
    Array.from({ length: count }, (_, i) =>
      JSON.stringify({ time: 1_795_305_600_000 + i * 1000, service: FORMULA, level: 'error', message: all(i) }),
    ).join('\n');
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hostile-text-'));
    writeFileSync(
      file('a.ndjson'),
      linesOf(300, (i) => `@SUM(${i % 9}) was asked for`),
    );
    writeFileSync(
      file('b.ndjson'),
      linesOf(300, (i) => (i < 150 ? `${FORMULA} ${i}` : `+${i} ${HOSTILE} ended`)),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['analyse', ['analyse', 'b.ndjson']],
    ['compare', ['compare', 'a.ndjson', 'b.ndjson']],
  ])('%s writes nothing that drives a terminal', async (_, [command, ...names]) => {
    const { code, stdout, stderr } = await runCli([command!, ...names.map(file)]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('gnpexe');
    expectHarmless(stdout);
  });

  test('a page of analyse has no element and no link of theirs', async () => {
    const { code } = await runCli(['analyse', file('b.ndjson'), '--html', file('b.html')]);
    expect(code).toBe(0);
    const html = readFileSync(file('b.html'), 'utf8');
    expect(html).toContain('&lt;script&gt;alert(1)');
    expect(html).not.toMatch(/<script|<a |href=/i);
  });

  test.each([
    ['analyse', ['analyse', '--csv', 'b.ndjson']],
    ['compare', ['compare', '--csv', 'a.ndjson', 'b.ndjson']],
  ])('no cell of the CSV of %s is a formula', async (_, [command, option, ...names]) => {
    const { code, stdout } = await runCli([command!, option!, ...names.map(file)]);
    expect(code).toBe(0);
    const rows = parse(stdout);
    const texts = rows.flat().filter((cell) => cell !== '' && Number.isNaN(Number(cell)));
    expect(texts.some((cell) => cell.startsWith("'="))).toBe(true);
    expect(texts.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
  });

  test('tail writes one line an anomaly, and the service keeps all of it out of its own log', async () => {
    const halfspace = await startHalfspace({ LOG_LEVEL: 'trace' });
    try {
      const sender = httpSender(halfspace);
      const startMs = Date.now() - 600_000;
      const usual = Array.from({ length: 60 }, (_, at) => ({
        service: FORMULA,
        messages: messages(40, (i) => `order ${i} paid in ${at}ms`),
        timeMs: startMs + at * 10_000,
      }));
      const odd = messages(30, (i) => `${HOSTILE} lost order ${i}\r\nsecond line`);
      expect((await sender.send(encodeLogs(...usual))).isOk).toBe(true);
      expect((await sender.send(encodeLogs({ service: FORMULA, messages: odd, severityNumber: ERROR }))).isOk).toBe(
        true,
      );
      const port = new URL(halfspace.addresses.rest).port;
      const tail = await runCli(['tail', '--since', '0', '--number', '1'], { REST_PORT: port });
      expect([tail.code, tail.stdout.split('\n').length]).toEqual([0, 2]);
      expect(tail.stdout).toContain('gnpexe');
      expectHarmless(tail.stdout);
      expect(await halfspace.stop()).toBe(0);
    } finally {
      await halfspace.kill();
    }
    expect(halfspace.logs.length).toBeGreaterThan(1);
    expect(JSON.stringify(halfspace.logs)).not.toMatch(/evil|gnpexe/);
  }, 60_000);
});
