import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { encodeLogs, ERROR, grpcSender, messages } from './otlp-client.ts';
import type { Logs, Sender } from './otlp-client.ts';

const COUNT = 1_000_000;
const COUNT_A_REQUEST = 10_000;
/**
 * MiB of resident memory: while logs come in, and with the whole buffer analysed as well. With the heap that Node takes in
 * a container of 1 GiB, in which all of it has to fit: on a large machine garbage alone comes to that much, and would
 * hide what is kept of each name.
 */
const HEAP_MIB = 512;
const SERVICES_MIB = { live: 760, analysed: 930 };
const TEMPLATES_MIB = { live: 430, analysed: 600 };

let halfspace: RunningHalfspace;
let sender: Sender;
beforeEach(async () => {
  halfspace = await startHalfspace({
    RETRAIN_INTERVAL_SECONDS: '86400',
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`,
  });
  sender = grpcSender(halfspace);
  await send({ service: 'old', messages: messages(2000, (i) => `order ${i} paid in ${i % 7}ms`) });
  return () => halfspace.kill();
});

async function send(...all: Logs[]): Promise<void> {
  expect(await sender.send(encodeLogs(...all))).toMatchObject({ isOk: true });
}

/** The most resident memory the process ever had. */
function peakRssMib(): number {
  const status = readFileSync(`/proc/${halfspace.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

/** Lines of 3 to 17 words that nobody has said before. */
function babbler(): (i: number) => string {
  let state = 42;
  const word = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state.toString(36).replaceAll(/\d/g, 'z');
  };
  return (i) => Array.from({ length: 3 + (i % 15) }, word).join(' ');
}

/** The old service still has its model: what it never said before stands out, what it always said does not. */
async function expectOldServiceAlerts(): Promise<void> {
  await send({ service: 'old', messages: ['order 1 paid in 3ms', 'order 2 paid in 4ms'] });
  await send({ service: 'old', messages: ['the ledger has lost its journal'], severityNumber: ERROR });
  const { anomalies } = (await halfspace.get('/anomalies?service=old')) as {
    anomalies: { message: string; reasons: string[] }[];
  };
  expect(anomalies.map(({ message }) => message)).toEqual(['the ledger has lost its journal']);
  expect(anomalies[0]?.reasons).toContain('new_template');
}

/** The buffer is analysed whole, and nothing has gone wrong. */
async function expectAnalysed(): Promise<void> {
  const { log_count, clusters } = (await halfspace.get('/clusters')) as {
    log_count: number;
    clusters: { logCount: number }[];
  };
  expect(log_count).toBe(await halfspace.metric('halfspace_buffer_rows'));
  expect(clusters.reduce((sum, { logCount }) => sum + logCount, 0)).toBe(log_count);
  expect(halfspace.logs.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
}

describe('memory has a bound', () => {
  test(`S10: ${COUNT} names of services take no more than ${SERVICES_MIB.live} MiB, and an old service keeps alerting`, async () => {
    for (let from = 0; from < COUNT; from += COUNT_A_REQUEST) {
      await send(
        ...Array.from({ length: COUNT_A_REQUEST }, (_, i) => ({
          service: `pod-${from + i}-${((from + i) * 2_654_435_761) % 4_294_967_296}`,
          messages: [`listens on port ${i}`],
        })),
      );
      // It speaks on while the others come.
      await send({ service: 'old', messages: [`order ${from} paid in 5ms`] });
    }
    await expectOldServiceAlerts();
    expect(await halfspace.metric('halfspace_services')).toBeLessThanOrEqual(10_001);
    expect(await halfspace.metric('halfspace_overflow_records_total')).toBeGreaterThan(COUNT - 10_000);
    expect(peakRssMib()).toBeLessThan(SERVICES_MIB.live);
    await expectAnalysed();
    expect(peakRssMib()).toBeLessThan(SERVICES_MIB.analysed);
  }, 300_000);

  // What such a line costs beside a usual one is measured by `npm run capacity`.
  test(`S11: of ${COUNT} lines of random words in one service few make a template, and an old service keeps alerting`, async () => {
    const babble = babbler();
    for (let from = 0; from < COUNT; from += COUNT_A_REQUEST) {
      await send({ service: 'babbler', messages: messages(COUNT_A_REQUEST, (i) => babble(from + i)) });
      // It speaks on while the others come.
      await send({ service: 'old', messages: [`order ${from} paid in 5ms`] });
    }
    await expectOldServiceAlerts();
    expect(await halfspace.metric('halfspace_log_records_scored_total')).toBeGreaterThan(COUNT);
    const status = (await halfspace.get('/detector/status?service=babbler')) as { services: { templates: number }[] };
    expect(status.services[0]?.templates).toBe(2000);
    expect(await halfspace.metric('halfspace_templates_evicted_total')).toBeLessThan(COUNT / 20);
    expect(peakRssMib()).toBeLessThan(TEMPLATES_MIB.live);
    await expectAnalysed();
    expect(peakRssMib()).toBeLessThan(TEMPLATES_MIB.analysed);
  }, 300_000);
});
