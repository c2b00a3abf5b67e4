import { describe, expect, test } from 'vitest';
import { useRest } from './rest-fixture.ts';

describe('sinks over REST', () => {
  const rest = useRest();

  test('are listed, a failed one with its error', async () => {
    const { status, body } = await rest().call('GET', '/sinks');
    expect(status).toBe(200);
    expect(body['sinks']).toEqual([
      expect.objectContaining({
        name: 'team',
        type: 'slack',
        state: 'retrying',
        pending: 3,
        last_error: 'slack answered 500',
      }),
    ]);
  });

  test('are tested by their name, without a body', async () => {
    expect(await rest().call('POST', '/sinks/team/test')).toMatchObject({
      status: 200,
      body: { sink: 'team', delivered: true, status: 200, ms: 12 },
    });
    expect(await rest().call('POST', '/sinks/nobody/test')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await rest().call('GET', '/sinks/team/test')).toMatchObject({ status: 405 });
  });
});
