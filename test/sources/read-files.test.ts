import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readFiles } from '../../src/sources/file/read-files.ts';
import type { FilesOptions, FilesSummary } from '../../src/sources/file/read-files.ts';
import { SourceError } from '../../src/sources/source-error.ts';

let folder: string;
let root: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'halfspace-files-'));
  root = join(folder, 'logs');
  await mkdir(join(root, 'shop'), { recursive: true });
  await writeFile(join(root, 'b.log'), '2026-05-04T08:00:01Z INFO second\n');
  await writeFile(join(root, 'a.log'), '2026-05-04T08:00:00Z INFO first\n');
  await writeFile(join(root, 'c.json'), '{"time":"2026-05-04T08:00:02Z","msg":"third"}\n');
  await writeFile(join(root, 'shop', 'd.log'), '2026-05-04T08:00:03Z INFO fourth\n');
  await writeFile(join(folder, 'secret.log'), '2026-05-04T08:00:04Z INFO canary\n');
  await symlink(join(folder, 'secret.log'), join(root, 'shop', 'link.log'));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(options: FilesOptions): Promise<{ messages: string[]; summary: FilesSummary }> {
  const messages: string[] = [];
  const sink = {
    service: () => 0,
    add: (bytes: Uint8Array, start: number, end: number) => {
      messages.push(Buffer.from(bytes.slice(start, end)).toString().split(' ').at(-1) ?? '');
    },
  };
  return { summary: await readFiles(options, sink, () => {}), messages };
}

describe('files by a pattern', () => {
  test('are read by name, one after the other', async () => {
    const { messages, summary } = await read({ path: join(root, '*.log') });
    expect(messages).toEqual(['first', 'second']);
    expect(summary).toMatchObject({ files: 2, format: 'text', badLines: 0 });
  });

  test('may be in folders and written in several ways', async () => {
    const { messages, summary } = await read({ path: join(root, '**/{a,c,d}.*') });
    expect(messages).toEqual(['first', 'third', 'fourth']);
    expect(summary).toMatchObject({ files: 3, format: 'mixed' });
  });

  test('of which one is bad tell which', async () => {
    await writeFile(join(root, 'z.json'), '{"msg":"fifth"}\n{"msg":\n');
    const { summary } = await read({ path: join(root, '*.json') });
    expect(summary).toMatchObject({ badLines: 1, firstBad: { line: 2 }, firstBadPath: join(root, 'z.json') });
  });

  test('a file whose name looks like a pattern is read for what it is', async () => {
    await writeFile(join(root, '[a].log'), '2026-05-04T08:00:00Z INFO odd\n');
    expect((await read({ path: join(root, '[a].log') })).messages).toEqual(['odd']);
  });

  test('that match nothing are told', async () => {
    await expect(read({ path: join(root, '*.gz') })).rejects.toThrow(/no file matches .*\*\.gz/);
  });
});

describe('files below a root', () => {
  test('are found from there', async () => {
    expect((await read({ path: 'a.log', root })).messages).toEqual(['first']);
    expect((await read({ path: '*.log', root })).messages).toEqual(['first', 'second']);
  });

  test('are read without the links among them that lead outside, which are named', async () => {
    await symlink(join(root, 'a.log'), join(root, 'shop', 'within.log'));
    const { messages, summary } = await read({ path: 'shop/*.log', root });
    expect(messages).toEqual(['fourth', 'first']);
    expect(summary).toMatchObject({ files: 2, linksOut: [join(root, 'shop', 'link.log')] });
    expect((await read({ path: join(root, 'shop', '*.log') })).summary).toMatchObject({ files: 3, linksOut: [] });
  });

  test('are not looked for in a folder that a link leads to outside', async () => {
    await symlink(folder, join(root, 'out'));
    for (const path of ['*/secret.log', '**/secret.log', 'out?/*.log'])
      await expect(read({ path, root })).rejects.toThrow(`no file matches ${path}`);
    await expect(read({ path: '{out,none}/*.log', root })).rejects.toThrow(
      `matches nothing but what leads out of FILE_ROOT, where files have to be: ${join(root, 'out')}`,
    );
    const { messages, summary } = await read({ path: '{out,shop}/*.log', root });
    expect(messages).toEqual(['fourth']);
    expect(summary.linksOut).toEqual([join(root, 'out'), join(root, 'shop', 'link.log')]);
    await expect(read({ path: 'out/*.log', root })).rejects.toThrow('outside of FILE_ROOT');
  });

  test('may lie in a root that a link leads to', async () => {
    await symlink(root, join(folder, 'current'));
    const { messages, summary } = await read({ path: '**/*.log', root: join(folder, 'current') });
    expect(messages).toEqual(['first', 'second', 'fourth']);
    expect(summary.linksOut).toEqual([join(folder, 'current', 'shop', 'link.log')]);
  });

  test.each(['../secret.log', 'shop/l*.log', '{a,../secret}.log', '{.,..}/*.log', '/etc/host*', 'shop/link.log'])(
    '%s leads outside and is refused',
    async (path) => {
      const failure = read({ path, root });
      await expect(failure).rejects.toThrow(SourceError);
      await expect(failure).rejects.toThrow(/out(side)? of FILE_ROOT|no file matches|a pattern with \.\./);
    },
  );
});
