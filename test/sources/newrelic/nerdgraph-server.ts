import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DOCUMENT } from '../../../src/sources/newrelic/pull-newrelic.ts';
import { CANARY } from '../contract/describe-source.ts';

export const API_KEY = `NRAK-${CANARY}`;
export const ACCOUNT = 4711;

export type Log = Record<string, unknown> & { timestamp: number };

export interface NerdGraph {
  readonly url: string;
  readonly queries: string[];
  /** Answered instead of results, once each. */
  readonly failures: object[];
  stop(): Promise<void>;
}

const NRQL =
  /^SELECT timestamp, message((?:, `[\w.]+`)+) FROM Log WHERE timestamp >= (\d+) AND timestamp < (\d+)(?: AND \((.*)\))? SINCE (\d+) UNTIL (\d+) ORDER BY timestamp DESC LIMIT (\d+)$/s;

/** NerdGraph over loopback for the one query that is asked, which it reads strictly; errors come with status 200. */
export async function startNerdGraph(logs: readonly Log[]): Promise<NerdGraph> {
  const served = { queries: [] as string[], failures: [] as object[] };

  function answerTo(text: string): object {
    const { query, variables } = JSON.parse(text) as { query: string; variables: { account: unknown; nrql: string } };
    if (query !== DOCUMENT) return failureOf('GRAPHQL_VALIDATION', 'unknown document');
    if (variables.account !== ACCOUNT) return failureOf('ACCESS_DENIED', 'You do not have access to this account');
    served.queries.push(variables.nrql);
    const failure = served.failures.shift();
    if (failure !== undefined) return failure;
    const [, names = '', from, to, condition, since, until, limit] = NRQL.exec(variables.nrql) ?? [];
    if (from === undefined || since !== from || until !== to) return failureOf('NRDB_SYNTAX', 'NRQL Syntax Error');
    if (Number(limit) < 1 || Number(limit) > 5000) return failureOf('NRDB_SYNTAX', 'NRQL: LIMIT is out of range');
    const service = /^service\.name = '(\w+)'$/.exec(condition ?? '')?.[1];
    if (condition !== undefined && service === undefined) return failureOf('NRDB_SYNTAX', 'NRQL Syntax Error');
    const selected = [
      'timestamp',
      'message',
      ...Array.from(names.matchAll(/`([^`]+)`/g), ([, name]) => name as string),
    ];
    const results = logs
      .filter(({ timestamp }) => timestamp >= Number(from) && timestamp < Number(to))
      .filter((log) => service === undefined || log['service.name'] === service)
      .toSorted((a, b) => b.timestamp - a.timestamp)
      .slice(0, Number(limit))
      // What a log has not is null, and what was not selected is not there.
      .map((log) => Object.fromEntries(selected.map((name) => [name, log[name] ?? null])));
    return { data: { actor: { account: { nrql: { results } } } } };
  }

  const server = createServer((incoming, answer) => {
    if (incoming.method !== 'POST' || incoming.url !== '/graphql') return send(answer, 404, { message: 'Not found' });
    if (incoming.headers['api-key'] !== API_KEY) {
      return send(answer, 401, failureOf('INVALID_API_KEY', 'Invalid or missing API key'));
    }
    void readText(incoming).then((text) => send(answer, 200, answerTo(text)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(served, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

export function failureOf(errorClass: string, message: string): object {
  return { data: null, errors: [{ message, extensions: { errorClass } }] };
}

function send(answer: ServerResponse, status: number, body: object): void {
  answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
