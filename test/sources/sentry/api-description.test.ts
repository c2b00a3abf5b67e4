import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { request } from 'undici';
import Schema from 'typebox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogRow } from '../../../src/domain/row.ts';
import { SENTRY } from '../../../src/sources/sentry/options.ts';
import { pullSentry } from '../../../src/sources/sentry/pull-sentry.ts';
import { shared, sharedPath } from '../../shared.ts';
import { collectRows } from '../contract/collect-rows.ts';
import { eventOf, logOf } from './sentry-contents.ts';
import { ORG, PROJECT, startSentry, TOKEN } from './sentry-server.ts';
import type { SentryServer } from './sentry-server.ts';

interface Operation {
  parameters: { name: string; in: string; required?: boolean; schema: Record<string, unknown> }[];
  responses: Record<
    string,
    { content: Record<string, { schema: unknown; examples: Record<string, { value: unknown }> }> }
  >;
}

const EVENTS = '/api/0/projects/{organization_id_or_slug}/{project_id_or_slug}/events/';
const TABLE = '/api/0/organizations/{organization_id_or_slug}/events/';
const PROJECT_PATH = '/api/0/projects/{organization_id_or_slug}/{project_id_or_slug}/';
const ISSUES = '/api/0/organizations/{organization_id_or_slug}/issues/';

const START = Date.UTC(2026, 10, 20, 8);
const ROW: LogRow = { timestamp: START + 7, message: 'disk is full', level: 'error', service: 'shop' };

const paths = shared ? description() : {};

describe.skipIf(!shared)("what the source asks, held to Sentry's own description", () => {
  let sentry: SentryServer;
  beforeAll(async () => {
    const { value } = exampleOf(ISSUES);
    const issue = { ...(value as Record<string, unknown>[])[0], lastSeen: new Date(START + 9).toISOString() };
    sentry = await startSentry({
      events: Array.from({ length: 150 }, (_, i) => eventOf(ROW, `e${i}`)),
      logs: [logOf(ROW, 'l')],
      issues: [{ timeMs: START + 9, issue }],
    });
  });
  afterAll(() => sentry.stop());

  it.each<[string, Record<string, string>, string, number]>([
    ['error events', { dataset: 'errors' }, EVENTS, 150],
    ['error events by a search', { dataset: 'errors', query: 'disk' }, TABLE, 150],
    ['logs', { dataset: 'logs' }, TABLE, 1],
    ['issues', { dataset: 'issues' }, ISSUES, 1],
  ])('is in it, and so is what the server answers: %s', async (_, over, path, count) => {
    sentry.requests.length = 0;
    const values = new Map(Object.entries({ url: sentry.url, token: TOKEN, org: ORG, project: PROJECT, ...over }));
    const { rows } = await collectRows(SENTRY, pullSentry, { values, startMs: START, endMs: START + 1000 });
    expect(rows).toHaveLength(count);
    const asked = sentry.requests.splice(0);
    for (const url of asked.filter(({ pathname }) => pathname === addressOf(PROJECT_PATH))) {
      expect(faultsOfParameters(operationOf(PROJECT_PATH), url.searchParams)).toEqual([]);
    }
    for (const url of asked.filter(({ pathname }) => pathname !== addressOf(PROJECT_PATH))) {
      expect(url.pathname).toBe(addressOf(path));
      expect(faultsOfParameters(operationOf(path), url.searchParams)).toEqual([]);
      const { body } = await request(url, { headers: { authorization: `Bearer ${TOKEN}` } });
      expect(faultsOfAnswer(path, await body.json())).toEqual([]);
    }
  });

  it.each([EVENTS, TABLE, ISSUES])('has examples that its own schema takes: %s', (path) => {
    expect(faultsOfAnswer(path, exampleOf(path).value)).toEqual([]);
  });
});

function description(): Record<string, { get: Operation }> {
  const text = gunzipSync(readFileSync(sharedPath('fixtures/sentry/openapi-derefed.json.gz'))).toString('utf8');
  return (JSON.parse(text) as { paths: Record<string, { get: Operation }> }).paths;
}

function addressOf(path: string): string {
  return path.replace('{organization_id_or_slug}', ORG).replace('{project_id_or_slug}', PROJECT);
}

function operationOf(path: string): Operation {
  const operation = paths[path]?.get;
  if (operation === undefined) throw new Error(`the description has no GET ${path}`);
  return operation;
}

function answerOf(path: string) {
  const answer = operationOf(path).responses['200']?.content['application/json'];
  if (answer === undefined) throw new Error(`the description has no answer of ${path}`);
  return answer;
}

function exampleOf(path: string): { value: unknown } {
  return Object.values(answerOf(path).examples)[0] as { value: unknown };
}

function faultsOfAnswer(path: string, value: unknown): unknown[] {
  const [isRight, errors] = Schema.Errors(plainSchema(answerOf(path).schema) as object, value);
  return isRight ? [] : [path, ...errors];
}

function faultsOfParameters({ parameters }: Operation, sent: URLSearchParams): string[] {
  const known = new Map(parameters.filter((one) => one.in === 'query').map((one) => [one.name, one]));
  const missing = [...known.values()].filter(({ name, required }) => required === true && !sent.has(name));
  const wrong = [...sent].filter(([name, value]) => !fits(known.get(name)?.schema, value));
  return [...missing.map(({ name }) => `${name} is missing`), ...wrong.map(([name, value]) => `${name}=${value}`)];
}

function fits(schema: Record<string, unknown> | undefined, value: string): boolean {
  if (schema === undefined) return false;
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(value);
  if (schema['type'] === 'integer') return /^\d+$/.test(value);
  return schema['format'] !== 'date-time' || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(value);
}

/** OpenAPI 3.0's `nullable` in the words of JSON Schema. */
function plainSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainSchema);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, format: _, ...rest } = value as Record<string, unknown>;
  const plain = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, plainSchema(inner)]));
  return nullable === true ? { anyOf: [plain, { type: 'null' }] } : plain;
}
