import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CompareAnswer } from '../../src/serve/schemas/compare.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';

const LINES = 30_000;
const START_MS = Date.UTC(2024, 4, 1);
/** In minutes; the last hour of the file has an incident in it. */
const SPAN_MINUTES = 600;

interface Row {
  timestamp: number;
  message: string;
  level: string;
  service: string;
}

function row(i: number): Row {
  const timestamp = START_MS + Math.floor((i * SPAN_MINUTES * 60_000) / LINES);
  const service = `svc-${i % 3}`;
  if (i > LINES * 0.95 && i % 50 === 0) {
    return { timestamp, service, level: 'error', message: `lost connection to replica ${i} of the ledger` };
  }
  const kinds = [`GET /api/v1/orders/${i} 200 in ${i % 90}ms`, `session ${i} opened`, `cache holds ${i % 999} entries`];
  return { timestamp, service, level: i % 20 === 0 ? 'warn' : 'info', message: kinds[i % kinds.length] ?? '' };
}

const ROWS = Array.from({ length: LINES }, (_, i) => row(i));

interface Answer {
  status: number;
  text: string;
  json: {
    log_count: number;
    truncated: boolean;
    trained_on: number;
    scored: number;
    anomaly_count: number;
    detail: string;
    clusters: { service: string; template: string; logCount: number; levels: Record<string, number> }[];
    anomalies: { service: string; message: string; reasons: string[]; timestamp: number }[];
  };
}

let folder: string;
let ndjson: string;
let text: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'halfspace-file-'));
  ndjson = join(folder, 'window.ndjson.gz');
  // Not in the order of time, as exports of several sources seldom are.
  const lines = ROWS.toSorted((a, b) => (a.timestamp % 7919) - (b.timestamp % 7919)).map((one) => JSON.stringify(one));
  writeFileSync(ndjson, gzipSync(`${lines.join('\n')}\n`));
  text = join(folder, 'app.log');
  const plain = ROWS.map(
    ({ timestamp, level, message }) => `${new Date(timestamp).toISOString()} ${level.toUpperCase()} ${message}`,
  );
  writeFileSync(text, `${plain.join('\n')}\n`);
  return () => rmSync(folder, { recursive: true });
});

async function call(halfspace: RunningHalfspace, method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(`${halfspace.addresses.rest}${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const received = await answer.text();
  return { status: answer.status, text: received, json: JSON.parse(received) as Answer['json'] };
}

const total = ({ json }: Answer) => json.clusters.reduce((sum, { logCount }) => sum + logCount, 0);

describe('a file of JSON lines, gzipped', () => {
  let halfspace: RunningHalfspace;
  beforeEach(async () => {
    halfspace = await startHalfspace({ FILE_PATH: ndjson });
    return () => halfspace.kill();
  });

  test('compares its last half hour with the ten before', async () => {
    const at = (minutes: number) => new Date(START_MS + minutes * 60_000).toISOString();
    const [start, incident, end] = [at(0), at(SPAN_MINUTES * 0.95), at(SPAN_MINUTES)];
    const query = `source=file&a=${start}/${incident}&b=${incident}/${end}`;
    const { status, json } = await call(halfspace, 'GET', `/clusters/compare?${query}`);
    expect(status).toBe(200);
    const answer = json as unknown as CompareAnswer;
    expect(answer.a).toMatchObject({ start, end: incident, truncated: false });
    expect(answer.b).toMatchObject({ start: incident, end });
    expect(answer.a.log_count + answer.b.log_count).toBe(LINES);
    expect(answer.counts).toMatchObject({ gone: 0, more: 0, fewer: 0 });
    const news = answer.templates.filter(({ change }) => change === 'new');
    expect(new Set(news.map(({ template }) => template))).toEqual(
      new Set(['lost connection to replica <*> of the ledger']),
    );
    expect(news.every(({ levels_b, count_b }) => levels_b.error === count_b)).toBe(true);
  });

  test.each([
    ['a=1h&b=1h', 'a and b begin at the same time'],
    ['a=1h&b=yesterday', 'b: window="yesterday" is not one of'],
    ['a=1h&b=2024-05-02/2024-05-01', 'b: the window is empty'],
  ])('refuses to compare %s', async (query, sentence) => {
    const { status, json } = await call(halfspace, 'GET', `/clusters/compare?source=file&${query}`);
    expect(status).toBe(400);
    expect(json.detail).toContain(sentence);
  });

  test('gives clusters that hold each line once, with its level and service', async () => {
    const answer = await call(halfspace, 'GET', '/clusters?source=file');
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ log_count: LINES, truncated: false });
    expect(total(answer)).toBe(LINES);
    for (const service of ['svc-0', 'svc-1', 'svc-2']) {
      const own = answer.json.clusters.filter((one) => one.service === service);
      expect(own.reduce((sum, { logCount }) => sum + logCount, 0)).toBe(LINES / 3);
      const errors = ROWS.filter((one) => one.service === service && one.level === 'error').length;
      expect(own.reduce((sum, { levels }) => sum + (levels['error'] ?? 0), 0)).toBe(errors);
    }
    expect((await call(halfspace, 'GET', '/clusters?source=file')).text.replaceAll(/"(start|end)":"[^"]*"/g, '')).toBe(
      answer.text.replaceAll(/"(start|end)":"[^"]*"/g, ''),
    );
  });

  test('gives the part of it that a window names', async () => {
    const start = new Date(START_MS + 60 * 60_000).toISOString();
    const end = new Date(START_MS + 120 * 60_000).toISOString();
    const answer = await call(halfspace, 'GET', `/clusters?source=file&start=${start}&end=${end}`);
    const inside = ROWS.filter(({ timestamp }) => timestamp >= Date.parse(start) && timestamp < Date.parse(end));
    expect(answer.json.log_count).toBe(inside.length);
    expect(total(answer)).toBe(inside.length);
  });

  test('is read in whole where the window is all of it', async () => {
    const last = Math.max(...ROWS.map(({ timestamp }) => timestamp));
    const span = { start: new Date(START_MS).toISOString(), end: new Date(last).toISOString() };
    const whole = await call(halfspace, 'GET', '/clusters?source=file&window=all');
    expect(whole.json).toMatchObject({ window: 'all', log_count: LINES, ...span, file: { rows_outside: 0 } });
    const { json } = await call(halfspace, 'GET', '/clusters?source=file&window=24h');
    const outside = { rows_outside: LINES, outside_start: span.start, outside_end: span.end };
    expect(json).toMatchObject({ log_count: 0, clusters: [], file: { format: 'json', ...outside } });
    const middle = new Date(START_MS + 300 * 60_000).toISOString();
    const compared = await call(halfspace, 'GET', `/clusters/compare?source=file&a=all&b=${middle}/${span.end}`);
    expect(compared.json).toMatchObject({
      a: { start: span.start, end: middle, log_count: LINES / 2 },
      b: { log_count: LINES / 2 - 1, file: { rows_outside: LINES / 2 + 1 } },
    });
  });

  test.each([
    ['/clusters?window=all', 'window=all is for source=file alone'],
    ['/clusters?source=file&window=all&hours=3', 'window=all and hours= contradict one another'],
    ['/clusters/compare?a=all&b=1h', 'a=all is for source=file alone'],
    ['/clusters/compare?source=file&a=all&b=all', 'a and b begin at the same time'],
  ])('%s is refused', async (path, sentence) => {
    const { status, json } = await call(halfspace, 'GET', path);
    expect(status).toBe(400);
    expect(json.detail).toContain(sentence);
  });

  test('can be detected in once something was trained, and twice with the same bytes', async () => {
    const end = new Date(START_MS + 0.9 * SPAN_MINUTES * 60_000).toISOString();
    const before = { source: 'file', start: new Date(START_MS).toISOString(), end };
    const after = { source: 'file', start: end, end: new Date(START_MS + SPAN_MINUTES * 60_000).toISOString() };

    const early = await call(halfspace, 'POST', '/anomalies/detect', after);
    expect(early.status).toBe(409);
    expect(early.json.detail).toContain('POST /clusters/train');

    const trained = await call(halfspace, 'POST', `/clusters/train?${new URLSearchParams(before).toString()}`);
    expect(trained.status).toBe(200);
    expect(trained.json.trained_on).toBe(LINES * 0.9);
    expect(trained.json).toMatchObject({ detector: { trained: true, service_count: 3, line_count: LINES * 0.9 } });

    const first = await call(halfspace, 'POST', '/anomalies/detect', after);
    const second = await call(halfspace, 'POST', '/anomalies/detect', after);
    expect(first.json.scored).toBe(LINES * 0.1);
    expect(second.text).toBe(first.text);
    // Each service meets the incident's template as a new one once.
    const fresh = first.json.anomalies.filter(({ reasons }) => reasons.includes('new_template'));
    expect(fresh.map(({ service }) => service).toSorted()).toEqual(['svc-0', 'svc-1', 'svc-2']);
    for (const { message } of fresh) expect(message).toMatch(/^lost connection to replica/);
    // Detecting has taught the models nothing.
    expect(await halfspace.get('/detector/status')).toMatchObject({ line_count: LINES * 0.9 });
  });

  test('can be trained on, and posted lines be judged by that', async () => {
    await call(halfspace, 'POST', '/clusters/train?source=file');
    const timestamp = START_MS + SPAN_MINUTES * 60_000;
    const logs = [
      { timestamp, service: 'svc-0', level: 'info', message: 'session 77777 opened' },
      { timestamp, service: 'svc-0', level: 'error', message: 'the disk under the journal is full' },
    ];
    const answer = await call(halfspace, 'POST', '/anomalies/detect', { logs });
    expect(answer.json).toMatchObject({ source: 'request', scored: 2 });
    expect(answer.json.anomalies.filter(({ reasons }) => reasons.includes('new_template'))).toMatchObject([
      { message: 'the disk under the journal is full' },
    ]);
  });
});

describe('a file of text, named by a call', () => {
  test('is not configured before, is after, and is forgotten when told to', async () => {
    const halfspace = await startHalfspace();
    try {
      const unset = await call(halfspace, 'GET', '/clusters?source=file');
      expect(unset.status).toBe(400);
      expect(unset.json.detail).toContain('FILE_PATH');
      const credentials = { path: text, service: 'from-text' };
      const set = await call(halfspace, 'POST', '/credentials', { source: 'file', credentials });
      expect(set.status).toBe(200);
      expect(set.text).not.toContain(text);
      const answer = await call(halfspace, 'GET', '/clusters?source=file');
      expect(answer.json.log_count).toBe(LINES);
      expect(total(answer)).toBe(LINES);
      expect([...new Set(answer.json.clusters.map(({ service }) => service))]).toEqual(['from-text']);
      const errors = answer.json.clusters.reduce((sum, { levels }) => sum + (levels['error'] ?? 0), 0);
      expect(errors).toBe(ROWS.filter(({ level }) => level === 'error').length);
      await call(halfspace, 'DELETE', '/credentials?source=file');
      expect((await call(halfspace, 'GET', '/clusters?source=file')).status).toBe(400);
    } finally {
      await halfspace.kill();
    }
  });

  test('is read without the links of its pattern that lead out of FILE_ROOT, which the answer says', async () => {
    const root = mkdtempSync(join(folder, 'root-'));
    writeFileSync(join(root, 'a.log'), '2024-05-01T00:00:00Z INFO within\n');
    symlinkSync(text, join(root, 'b.log'));
    const halfspace = await startHalfspace({ FILE_ROOT: root });
    try {
      const body = { source: 'file', credentials: { path: '*.log' } };
      const { json } = await call(halfspace, 'POST', '/clusters', body);
      const file = { files: 1, links_skipped: 1, first_link_skipped: join(root, 'b.log') };
      expect(json).toMatchObject({ log_count: 1, file });
      const named = await call(halfspace, 'POST', '/clusters', { ...body, credentials: { path: 'b.log' } });
      expect(named.status).toBe(400);
      expect(named.json.detail).toContain('outside of FILE_ROOT');
    } finally {
      await halfspace.kill();
    }
  });

  test('that is not there is said to be missing, in a sentence', async () => {
    const halfspace = await startHalfspace({ FILE_PATH: join('no', 'such.log') });
    try {
      const answer = await call(halfspace, 'GET', '/clusters?source=file');
      expect(answer.status).toBe(400);
      expect(answer.json.detail).toMatch(/such\.log/);
    } finally {
      await halfspace.kill();
    }
  });
});
