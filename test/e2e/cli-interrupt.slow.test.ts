import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { openTerminal, spawnCli } from './run-cli.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'halfspace-interrupt-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Lines of text without a time: they are one part, which nothing divides. */
test('Ctrl-C ends the reading of a large file that is in one part', { timeout: 60_000 }, async () => {
  const file = join(folder, 'untimed.log');
  writeFileSync(
    file,
    Array.from({ length: 50_000 }, (_, i) => `order ${i} of 7 has been sent\n`)
      .join('')
      .repeat(80),
  );
  const terminal = openTerminal(['analyse', file]);
  await terminal.until(/untimed\.log \[/);
  terminal.type('\u0003');
  expect(await terminal.ended).toBe(130);
  expect(terminal.text.endsWith('\r\u001b[K')).toBe(true);
  expect(terminal.text).not.toContain('templates');
});

test('an interrupt while rows are counted is never forgotten, whenever it comes', { timeout: 60_000 }, async () => {
  const file = join(folder, 'timed.log');
  const lines = Array.from({ length: 60_000 }, (_, i) => {
    const time = new Date(1_769_846_400_000 + i * 10).toISOString();
    return `${time} INFO order ${i} of 7 has been sent to whoever has ordered it\n`;
  });
  writeFileSync(file, lines.join(''));
  for (let afterMs = 120; afterMs <= 300; afterMs += 20) {
    const child = spawnCli(['analyse', file]);
    let written = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (written += text));
    setTimeout(() => child.kill('SIGINT'), afterMs);
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    // Where it had its answer already, the answer is whole.
    const answer = written.includes('Templates') ? 'an answer' : 'a cut answer';
    expect(['130', 'SIGINT', 'an answer']).toContain(written === '' ? String(code ?? signal) : answer);
  }
});
