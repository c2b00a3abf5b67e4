import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { encodeLogsRequest } from '../decode/otlp-samples.ts';
import { startReceiver } from '../sinks/loopback.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { ERROR, grpcSender, httpSender } from './otlp-client.ts';

/** Stands in every text that a customer of ours would have written. */
const MARK = 'zanzibar';
const JSON_TYPE = { 'content-type': 'application/json' };

test('no text of logs is in our own log, whatever goes wrong: bodies, attributes, names, malformed requests, windows, sinks', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'own-logs-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  // Two tools that repeat what they were sent as what is wrong with it, one of them for good.
  await using refusing = await startReceiver(({ body }) => ({ status: 400, body: JSON.stringify({ message: body }) }));
  await using failing = await startReceiver(({ body }) => ({ status: 500, body }));
  const broken = join(folder, 'broken.json.gz');
  const lines = gzipSync(`{"message": "${MARK} is fine"}\n{"message": ${MARK}\n`);
  await writeFile(broken, lines.subarray(0, -10));
  const alerts = join(folder, 'alerts.yaml');
  await writeFile(
    alerts,
    `sinks: { refusing: { type: webhook, url: "${refusing.url}" }, failing: { type: webhook, url: "${failing.url}" } }`,
  );
  const halfspace = await startHalfspace({
    LOG_LEVEL: 'trace',
    DETECTOR_PROFILE: 'reference',
    DATA_DIR: join(folder, 'data'),
    ALERTS_FILE: alerts,
    FILE_PATH: broken,
    FILE_FORMAT: 'json',
    LOKI_URL: failing.url,
    LOKI_QUERY: `{app="${MARK}"}`,
    RETRAIN_INTERVAL_SECONDS: '1',
  });
  try {
    await sendLogs(halfspace);
    await Promise.all([refusing.until(1), failing.until(1)]);
    await sendMalformed(halfspace);
    await askForWindows(halfspace);
    await told(halfspace, 'refused an alert for good');
    await told(halfspace, 'it is tried again');
    const sinks = JSON.stringify(await halfspace.get('/sinks'));
    // Who may read alerts is told the tools' own words: the mark went all the way and back.
    expect(sinks).toContain(MARK);
    expect(await halfspace.stop()).toBe(0);
  } finally {
    await halfspace.kill();
  }
  expect(halfspace.logs.length).toBeGreaterThan(4);
  expect(halfspace.logs.map((line) => JSON.stringify(line)).filter((line) => line.includes(MARK))).toEqual([]);
  expect(halfspace.complaints).toBe('');
}, 120_000);

async function sendLogs(halfspace: RunningHalfspace): Promise<void> {
  const records = Array.from({ length: 20 }, (_, i) => ({
    body: `${MARK} ${i} cannot reach its bank`,
    severityNumber: ERROR,
    attributes: { [MARK]: MARK },
  }));
  for (const service of ['shop', `${MARK}-service`, `"${MARK}"\n{"level":"fatal"}`]) {
    expect(await grpcSender(halfspace).send(encodeLogsRequest({ service, records }))).toMatchObject({ isOk: true });
  }
}

async function sendMalformed(halfspace: RunningHalfspace): Promise<void> {
  const { otlp_http } = halfspace.addresses;
  const texts = [
    `{"resourceLogs": "${MARK}"}`,
    `{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": ${MARK}}}]}]}]}`,
    `{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": "${MARK}"}]}]}]}`,
    MARK,
  ];
  for (const body of texts) {
    const answer = await fetch(otlp_http, { method: 'POST', headers: JSON_TYPE, body });
    expect([body, answer.status]).toEqual([body, 400]);
  }
  const bytes = Buffer.concat([Buffer.from([0x0a, 0xff, 0x01]), Buffer.from(MARK)]);
  expect(await httpSender(halfspace).send(bytes)).toMatchObject({ status: 400 });
  expect(await grpcSender(halfspace).send(bytes)).toMatchObject({ isOk: false });
}

async function askForWindows(halfspace: RunningHalfspace): Promise<void> {
  const { rest } = halfspace.addresses;
  const statuses: Record<string, number> = {};
  const ask = async (path: string, body?: string) => {
    const init = body === undefined ? {} : { method: 'POST', headers: JSON_TYPE, body };
    const answer = await fetch(`${rest}${path}`, init);
    await answer.text();
    statuses[`${path} ${body ?? ''}`.slice(0, 40)] = answer.status;
  };
  await ask('/clusters?source=file');
  await ask(`/clusters?source=loki&lookback_hours=1`);
  await ask(`/clusters?source=${MARK}`);
  await ask(`/templates/${MARK}`);
  await ask('/anomalies/detect', `{"logs": [{"message": ${MARK}}]}`);
  await ask('/anomalies/detect', JSON.stringify({ logs: [{ message: MARK, level: MARK }] }));
  await ask('/anomalies/detect', JSON.stringify({ logs: [{ message: `${MARK} paid` }], tenant: MARK }));
  await ask('/feedback', JSON.stringify({ fingerprint: MARK, mark: MARK }));
  await ask('/credentials', JSON.stringify({ source: 'loki', credentials: { url: MARK } }));
  expect(Object.entries(statuses).filter(([, status]) => status < 400)).toEqual([]);
}

/** Waits until a line of the service's own log has the words. */
async function told(halfspace: RunningHalfspace, words: string): Promise<void> {
  while (!halfspace.logs.some(({ msg }) => String(msg).includes(words))) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
