import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { usePart } from './part.ts';
import type { Part } from './part.ts';

/** What the tests' server lets in. */
export const CLICKHOUSE_USER = 'reader';

export interface ClickHouse {
  url: string;
  /** Runs a statement that answers no rows. */
  run(sql: string): Promise<void>;
  /** What a query answers, as objects. */
  query(sql: string, parameters?: Record<string, string>): Promise<Record<string, unknown>[]>;
  insert(table: string, rows: readonly object[]): Promise<void>;
  stop(): Promise<void>;
}

/** ClickHouse's engine; skip what needs it when it is missing. */
export function clickHousePart(): Promise<Part> {
  return usePart('clickhouse');
}

/** A server on an ephemeral port with an empty database. */
export async function startClickHouse(manifest: string, password: string): Promise<ClickHouse> {
  const front = fileURLToPath(new URL('clickhouse-front.ts', import.meta.url));
  const child = fork(front, [manifest, CLICKHOUSE_USER, password], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { port: number }).port));
    child.once('exit', (code) => reject(new Error(`the ClickHouse engine ended with ${code} before it listened`)));
  });
  const url = `http://127.0.0.1:${port}`;

  async function ask(sql: string, parameters: Record<string, string> = {}): Promise<string> {
    const query = new URLSearchParams(
      Object.entries(parameters).map(([name, value]): [string, string] => [
        `param_${name}`,
        value.replaceAll('\\', '\\\\').replaceAll('\n', String.raw`\n`),
      ]),
    );
    const headers = { 'x-clickhouse-user': CLICKHOUSE_USER, 'x-clickhouse-key': password };
    const answer = await fetch(`${url}/?${query.toString()}`, { method: 'POST', body: sql, headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text;
  }

  return {
    url,
    run: async (sql) => void (await ask(sql)),
    query: async (sql, parameters) =>
      (await ask(`${sql} FORMAT JSONEachRow`, parameters))
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    async insert(table, rows) {
      for (let from = 0; from < rows.length; from += 20_000) {
        const lines = rows.slice(from, from + 20_000).map((row) => JSON.stringify(row));
        await ask(`INSERT INTO ${table} FORMAT JSONEachRow\n${lines.join('\n')}`);
      }
    },
    async stop() {
      child.disconnect();
      await ended;
    },
  };
}
