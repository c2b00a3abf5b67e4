import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, describe, expect, test } from 'vitest';

import { outlineOf, readRows } from './read-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'halfspace-binary-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(content: string | Buffer): string {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, content);
  return path;
}

const text = Array.from({ length: 500 }, (_, i) => `2026-01-31T08:00:00Z INFO line ${i}`).join('\n');
const noise = Buffer.from(Array.from({ length: 4096 }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 24) & 0xff));
const block = Buffer.from('1AY&SY', 'latin1');
const nuls = Buffer.alloc(100_000);

describe('a file without lines', () => {
  test.each<[string, Buffer, RegExp]>([
    ['a program', readFileSync(process.execPath).subarray(0, 100_000), /it is a program \(ELF\)\. Give a file of JSON/],
    ['a PNG', Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n\0\0', 'latin1'), noise]), /it is an image \(PNG\)/],
    ['random bytes', noise, /a binary file\. Give .* set its format to text \(FILE_FORMAT\)/],
    ['random bytes, compressed', gzipSync(noise), /it is a binary file/],
    ['a tar', Buffer.from(`a.log${'\0'.repeat(252)}ustar\0${'line\n'.repeat(90)}`), /a tar archive\. .* with tar -x/],
    ['a tar.gz', gzipSync(`a.log${'\0'.repeat(252)}ustar  \0line\n`), /a tar archive/],
    [
      'bzip2',
      Buffer.concat([Buffer.from('BZh9'), block, noise]),
      /compressed by bzip2\. Only gzip and zstd are .*\(bzip2 -dc FILE \| halfspace analyse -\)/,
    ],
    ['xz', Buffer.concat([Buffer.from('\xfd7zXZ\0', 'latin1'), noise]), /by xz\. .*\(xz -dc FILE \| /],
    ['lz4', Buffer.concat([Buffer.from([0x04, 0x22, 0x4d, 0x18]), Buffer.from(text)]), /by lz4\. .*\(lz4 -dc FILE \| /],
    ['zip', Buffer.concat([Buffer.from('PK\x03\x04'), noise]), /a zip archive\. .*unzip, .* \(unzip -p FILE \| /],
    [
      'gzip within gzip',
      gzipSync(gzipSync(text)),
      /compressed more than once\. .*\(gzip -dc FILE \| halfspace analyse -\)$/,
    ],
    ["systemd's journal", Buffer.concat([Buffer.from('LPKSHHRH\0\0'), noise]), /\(journalctl -o json --file FILE \| /],
    [
      'UTF-16 without a mark',
      Buffer.from(text, 'utf16le'),
      /UTF-16LE without a byte order mark\. .*iconv -f UTF-16LE -t UTF-8 FILE \| /,
    ],
  ])('that is %s is refused, and is told how it can be read', async (_, content, sentence) => {
    const path = file(content);
    const failure = { code: 'source_not_a_file', message: expect.stringMatching(sentence) as string };
    await expect(readRows({ path })).rejects.toMatchObject(failure);
    await expect(readRows({ path })).rejects.toThrow(path);
    expect(await outlineOf({ path })).toBeUndefined();
  });

  test('that is binary is read where it is said to be text', async () => {
    const { rows } = await readRows({ path: file(Buffer.concat([noise, Buffer.from('\nlast')])), format: 'text' });
    expect(rows.at(-1)).toMatchObject({ message: 'last' });
  });
});

describe('a file of text', () => {
  test.each<[string, Buffer]>([
    ['some NUL', Buffer.from(text.replaceAll('line', 'l\0ne'))],
    ['a head that was lost in a crash', Buffer.concat([nuls, Buffer.from(`\n${text}`)])],
    ['lines that end in NUL', Buffer.from(text.replaceAll('\n', '\0\n'))],
    ['FIX messages', Buffer.from('2026-01-31T08:00:00Z 8=FIX.4.4\x019=126\x0135=A\x0149=theirs\x01\n'.repeat(500))],
    ['Cyrillic letters of Windows-1251', Buffer.from('\xcf\xf0\xe8\xe2\xe5\xf2 \xec\xe8\xf0\n'.repeat(500), 'latin1')],
    ['terminal colours', Buffer.from('\x1b[32mINFO\x1b[0m started\b\b\n'.repeat(500))],
    ['a word that begins as bzip2 does', Buffer.from('BZh9 is here\n')],
  ])('may have %s', async (_, content) => {
    expect((await readRows({ path: file(content) })).rows.length).toBeGreaterThan(0);
  });
});
