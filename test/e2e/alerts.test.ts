import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeAlerts } from '../../src/sinks/otlp/alert-records.ts';
import { startReceiver } from '../sinks/loopback.ts';
import { alerts, eventFor, incident } from '../sinks/samples.ts';
import { runHalfspace, startHalfspace } from './halfspace.ts';
import { runCli } from './run-cli.ts';
import { encodeLogs, ERROR, grpcSender, httpSender, messages } from './otlp-client.ts';

const TIMEOUT_MS = 60_000;
/** Its burst of errors needs no history. */
const REFERENCE = { DETECTOR_PROFILE: 'reference', INCIDENT_QUIET_SECONDS: '1' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alerts-e2e-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function alertsFile(text: string): Promise<string> {
  const path = join(folder, 'alerts.yaml');
  await writeFile(path, text);
  return path;
}

function burst(service: string): Buffer {
  return encodeLogs({ service, messages: messages(20, (i) => `connection ${i} refused`), severityNumber: ERROR });
}

describe('with an alerts file', () => {
  test(
    'an incident reaches a webhook as it opens and as it ends, and the sink tells how that went',
    async () => {
      await using receiver = await startReceiver(() => ({ status: 200 }));
      const file = await alertsFile('sinks: { hook: { type: webhook, url: "${HOOK_URL}" } }');
      const service = await startHalfspace({
        ...REFERENCE,
        ALERTS_FILE: file,
        HOOK_URL: `${receiver.url}/very-secret`,
      });
      try {
        await httpSender(service).send(burst('payments'));
        await receiver.until(1);
        const opened = JSON.parse(receiver.received[0]!.body) as {
          type: string;
          data: { incident: { service: string } };
        };
        expect(opened).toMatchObject({ type: 'incident.opened', data: { incident: { service: 'payments' } } });
        // Time goes by for incidents with the clock, which tells it ten seconds late.
        const isOver = () => receiver.received.some(({ body }) => body.includes('"incident.resolved"'));
        while (!isOver()) await receiver.until(receiver.received.length + 1);
        const tested = await fetch(`${service.addresses.rest}/sinks/hook/test`, { method: 'POST' });
        expect(await tested.json()).toMatchObject({ sink: 'hook', delivered: true, status: 200 });
        const unknown = await fetch(`${service.addresses.rest}/sinks/nobody/test`, { method: 'POST' });
        expect([unknown.status, await unknown.text()]).toEqual([404, expect.stringContaining('there are hook')]);
        const answer = JSON.stringify(await service.get('/sinks'));
        expect(answer).toMatch(/"name":"hook","type":"webhook","state":"ok","pending":0,"delivered":[23]/);
        expect(await service.metric('halfspace_alerts_pending')).toBe(0);
        expect(await service.metric('halfspace_alert_delivery_seconds_count')).toBeGreaterThan(1);
        expect(JSON.stringify(service.logs) + answer).not.toContain('very-secret');
      } finally {
        await service.stop();
      }
    },
    TIMEOUT_MS,
  );

  test(
    'a wrong one stops the start with its place and what it must be',
    async () => {
      const file = await alertsFile('sinks:\n  team: { type: slack }\n');
      const { code, stdout, stderr } = await runHalfspace({ ALERTS_FILE: file });
      expect({ code, stdout, stderr }).toEqual({
        code: 2,
        stdout: '',
        stderr: `${file}:2:9 sinks.team.url: must be set, or url_file\n`,
      });
    },
    TIMEOUT_MS,
  );

  test(
    'check-config says what is in it, or what is wrong, without a start',
    async () => {
      const file = await alertsFile(
        'sinks: { team: { type: slack, url: "https://hooks.slack.com/services/very-secret" }, b: { type: teams, url: "http://x/1" } }\nroutes: [{ sinks: [team] }]',
      );
      const right = await runCli(['check-config', file]);
      expect(right).toEqual({
        code: 0,
        stdout: `the settings are right\n${file} is right:\n  team: slack at hooks.slack.com\n  b: teams at x, which no route leads to\n`,
        stderr: '',
      });
      const wrong = await runCli(['check-config'], { ALERTS_FILE: await alertsFile('sinks: {}') });
      expect(wrong).toMatchObject({ code: 2, stderr: `${file}:1:8 sinks: must not be empty\n` });
      const open = await runCli(['check-config', file], { HOST: '0.0.0.0' });
      expect(open).toMatchObject({ code: 2, stderr: expect.stringMatching(/^HOST is 0\.0\.0\.0 and OTLP\/gRPC, /) });
    },
    TIMEOUT_MS,
  );
});

test(
  'our own alerts that come back over OTLP are taken, counted and never scored',
  async () => {
    const service = await startHalfspace(REFERENCE);
    try {
      const config = alerts('sinks: { a: { type: otlp, endpoint: "http://127.0.0.1:4317" } }');
      const event = eventFor(config, 'opened', incident());
      const own = encodeAlerts(Array.from({ length: 30 }, (_, i) => ({ id: `alert-${i}`, event })));
      for (const sender of [grpcSender(service), httpSender(service)]) {
        expect(await sender.send(own)).toMatchObject({ isOk: true });
        // Mixed with others in one request, as a Collector batches them.
        expect(await sender.send(Buffer.concat([own, burst('payments')]))).toMatchObject({ isOk: true });
      }
      expect(await service.metric('halfspace_own_alert_records_total')).toBe(120);
      expect(await service.metric('halfspace_log_records_scored_total')).toBe(40);
      expect(await service.metric('halfspace_services')).toBe(1);
    } finally {
      await service.stop();
    }
  },
  TIMEOUT_MS,
);
