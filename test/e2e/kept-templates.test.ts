import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeLogsRequest } from '../decode/otlp-samples.ts';
import { healthyLines } from '../live/shard-samples.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { ERROR, grpcSender } from './otlp-client.ts';

let halfspace: RunningHalfspace;

beforeEach(async () => {
  halfspace = await startHalfspace({ KEEP_RECORD_TEMPLATE: 'true' });
});
afterEach(() => halfspace.kill());

async function get(path: string): Promise<Record<string, unknown>> {
  return (await fetch(`${halfspace.addresses.rest}${path}`)).json() as Promise<Record<string, unknown>>;
}

test('a template that a record brings along is the one that is told, over gRPC and over JSON', async () => {
  const { addresses } = halfspace;
  const startMs = Date.now() - 300_000;
  const healthy = healthyLines(400).map((body, i) => ({
    body,
    severityNumber: 9,
    timeUnixNano: BigInt(startMs + i * 600) * 1_000_000n,
    attributes: { 'log.record.template': body.replaceAll(/\d+/g, '<*>') },
  }));
  const records = [
    ...healthy,
    {
      body: 'pool of payments-db ran dry',
      severityNumber: ERROR,
      timeUnixNano: BigInt(startMs + 250_000) * 1_000_000n,
      attributes: { 'log.record.template': 'pool of <*> ran dry', 'http.route': '/pay' },
    },
  ];
  expect(await grpcSender(halfspace).send(encodeLogsRequest({ service: 'shop', records }))).toMatchObject({
    isOk: true,
  });
  const { anomalies } = await get('/anomalies');
  expect(anomalies).toMatchObject([{ template: 'pool of <*> ran dry', message: 'pool of payments-db ran dry' }]);
  const [{ fingerprint }] = anomalies as [{ fingerprint: string }];

  const answer = await fetch(addresses.otlp_http, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
          scopeLogs: [
            {
              logRecords: [
                {
                  severityNumber: ERROR,
                  timeUnixNano: `${startMs + 251_000}000000`,
                  body: { stringValue: 'pool of orders-db ran dry' },
                  attributes: [{ key: 'log.record.template', value: { stringValue: 'pool of <*> ran dry' } }],
                },
              ],
            },
          ],
        },
      ],
    }),
  });
  expect(answer.status).toBe(200);
  expect(await get(`/templates/${fingerprint}`)).toMatchObject({ template: 'pool of <*> ran dry', count: 2 });
  expect(await get('/detector/status')).toMatchObject({ template_count: 4 });
});
