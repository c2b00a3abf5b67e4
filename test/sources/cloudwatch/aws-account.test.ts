import { afterEach, describe, expect, it, vi } from 'vitest';
import { openAwsAccount } from '../../../src/sources/cloudwatch/aws-account.ts';
import { CLOUDWATCH } from '../../../src/sources/cloudwatch/options.ts';
import { serviceOfLogGroup } from '../../../src/sources/cloudwatch/log-groups.ts';
import { createHostGuard } from '../../../src/sources/http/host-guard.ts';
import { createSourceClient } from '../../../src/sources/http/source-client.ts';
import { PulledRows } from '../../../src/sources/pull/pulled-rows.ts';

const guard = createHostGuard({ allowed: [], denied: [], isOpen: false }, false);
const { signal } = new AbortController();
const client = createSourceClient({ source: CLOUDWATCH, guard, signal, secrets: [], nowMs: () => 0, random: () => 0 });
const rows = new PulledRows({ sink: { service: () => 0, add: () => {} }, startMs: 0, endMs: 1, maxRows: 1 });
const context = { client, guard, signal, rows, pageRowsMax: 1 };
const open = (
  values: Record<string, string>,
  ...more: Parameters<typeof openAwsAccount> extends [unknown, unknown, ...infer R] ? R : never
) => openAwsAccount({ startMs: 0, endMs: 1, values: new Map(Object.entries(values)) }, context, ...more);

describe('the keys that sign calls', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('are those that are configured, for which no package is loaded', async () => {
    const values = { access_key_id: 'A', secret_access_key: 'S', session_token: 'T', region: 'eu-west-1' };
    const account = await open(values, () => Promise.reject(new Error('was loaded')));
    expect(account.url.href).toBe('https://logs.eu-west-1.amazonaws.com/');
    expect(await account.keys()).toEqual({ accessKeyId: 'A', secretAccessKey: 'S', sessionToken: 'T' });
  });

  it.each([
    ['cn-north-1', 'https://logs.cn-north-1.amazonaws.com.cn/'],
    ['us-gov-west-1', 'https://logs.us-gov-west-1.amazonaws.com/'],
    ['eusc-de-east-1', 'https://logs.eusc-de-east-1.amazonaws.eu/'],
  ])('of %s go to its partition', async (region, href) => {
    expect((await open({ access_key_id: 'A', secret_access_key: 'S', region })).url.href).toBe(href);
  });

  it("are AWS's own chain's without any, with its region", async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'CHAINED');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of the chain');
    vi.stubEnv('AWS_REGION', 'ap-south-1');
    const account = await open({});
    expect(account.url.href).toBe('https://logs.ap-south-1.amazonaws.com/');
    expect(await account.keys()).toMatchObject({ accessKeyId: 'CHAINED', secretAccessKey: 'of the chain' });
  });

  it("are never the chain's for a host that is not AWS's", async () => {
    const chain = {
      region: async () => 'eu-west-1',
      credentials: async () => ({ accessKeyId: 'A', secretAccessKey: 'S' }),
    };
    for (const endpoint of ['http://127.0.0.1:1', 'https://amazonaws.com.evil.example', 'https://evilamazonaws.com']) {
      await expect(open({ endpoint }, async () => chain)).rejects.toMatchObject({
        code: 'configuration',
        message: /not AWS's/,
      });
    }
    const account = await open({ endpoint: 'https://vpce-1.logs.eu-west-1.vpce.amazonaws.com' }, async () => chain);
    expect((await account.keys()).accessKeyId).toBe('A');
  });

  it('cannot be had without the optional package, which the error tells how to install', async () => {
    const absent = () => Promise.reject(new Error('Cannot find package'));
    await expect(open({ region: 'eu-west-1' }, absent).then((account) => account.keys())).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('npm install @aws-sdk/client-cloudwatch-logs') as string,
    });
  });

  it('are told missing where the chain has none, or only half of a pair is set', async () => {
    const chain = { region: async () => 'eu-west-1', credentials: () => Promise.reject(new Error('nothing found')) };
    const account = await open({}, async () => chain);
    await expect(account.keys()).rejects.toMatchObject({ code: 'configuration', message: /nothing found/ });
    await expect(open({ access_key_id: 'A' })).rejects.toMatchObject({ code: 'configuration', message: /together/ });
  });
});

it.each([
  ['/aws/lambda/checkout', 'checkout'],
  ['/ecs/checkout', 'checkout'],
  ['checkout', 'checkout'],
  ['checkout/', 'checkout'],
  ['123456789012:/aws/lambda/checkout', 'checkout'],
  ['arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/checkout', 'checkout'],
  ['/aws/rds/instance/orders/error', 'orders'],
  ['/aws/eks/main/cluster', 'main'],
  ['API-Gateway-Execution-Logs_a1b2/prod', 'API-Gateway-Execution-Logs_a1b2'],
])('the lines of %s are those of %s', (name, service) => {
  expect(serviceOfLogGroup(name)).toBe(service);
});
