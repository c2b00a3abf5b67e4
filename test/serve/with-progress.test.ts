import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import { Problem } from '../../src/serve/problem.ts';
import { useRest } from './rest-fixture.ts';

const EVENTS = { accept: 'text/event-stream' };

interface Event {
  event: string;
  data: Record<string, unknown>;
}

function eventsOf(text: string): Event[] {
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('event: '))
    .map((block) => {
      const [event = '', data = ''] = block.split('\n');
      return { event: event.slice(7), data: JSON.parse(data.slice(6)) as Record<string, unknown> };
    });
}

describe('a call that may take long', () => {
  const rest = useRest();

  async function eventsAt(path: string, method: 'GET' | 'POST' = 'GET', body?: string): Promise<Event[]> {
    const headers = body === undefined ? EVENTS : { ...EVENTS, 'content-type': 'application/json' };
    const answer = await request(rest().url + path, { method, headers, body: body ?? null });
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(answer.statusCode).toBe(200);
    return eventsOf(await answer.body.text());
  }

  test('tells its progress, then the very answer that JSON would be', async () => {
    const { engine, call } = rest();
    engine.progress = [0, 1000, 1000, 2500];
    const events = await eventsAt('/clusters?window=1h');
    engine.progress = [];
    const json = await call('GET', '/clusters?window=1h');
    expect(events).toEqual([
      { event: 'progress', data: { rows: 1000 } },
      { event: 'progress', data: { rows: 2500 } },
      { event: 'result', data: json.body },
    ]);
  });

  test('tells why its store is asked again, and for how long not', async () => {
    const { engine } = rest();
    engine.progress = [0, 0, 7];
    engine.retry = { problem: 'Loki: nothing listens there', attempt: 2, attemptsMax: 6, waitMs: 90_000 };
    const [first, second] = await eventsAt('/clusters?window=1h');
    Object.assign(engine, { progress: [], retry: undefined });
    const retry = { problem: 'Loki: nothing listens there', attempt: 2, attempts_max: 6, wait_seconds: 90 };
    expect(first).toEqual({ event: 'progress', data: { rows: 0, retry } });
    expect(second?.data).toMatchObject({ rows: 7, retry: { attempt: 2 } });
  });

  test.each(['/clusters', '/clusters/train'])('POST %s does so too', async (path) => {
    const events = await eventsAt(path, 'POST', '{}');
    expect(events.at(-1)?.event).toBe('result');
  });

  test('a refusal comes as an event of its own', async () => {
    rest().engine.failure = new Problem(424, 'source_refused', 'Loki, query_range: it answered 401', {
      extensions: { source: 'loki' },
    });
    expect(await eventsAt('/clusters')).toEqual([
      { event: 'problem', data: expect.objectContaining({ status: 424, code: 'source_refused', source: 'loki' }) },
    ]);
  });

  test('a failure of ours is logged and told without its text', async () => {
    rest().engine.failure = new Error('canary');
    const [problem] = await eventsAt('/clusters');
    expect(problem?.data).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(problem)).not.toContain('canary');
    expect(rest().failures).toHaveLength(1);
  });

  test.each(['*/*', 'application/json', 'application/json, text/event-stream', 'text/event-stream;q=0.1, */*'])(
    'Accept: %s gets JSON',
    async (accept) => {
      const { status, headers } = await rest().call('GET', '/clusters', { headers: { accept } });
      expect(status).toBe(200);
      expect(headers['content-type']).toMatch(/^application\/json/);
    },
  );
});
