import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startHalfspace } from '../e2e/halfspace.ts';
import type { RunningHalfspace } from '../e2e/halfspace.ts';
import { startCountingSink } from './counting-sink.ts';
import type { CountingSink } from './counting-sink.ts';
import { Histogram } from './histogram.ts';
import { metricIn, sampleProcess } from './process-sample.ts';
import type { ProcessSample } from './process-sample.ts';
import { ShopRequests } from './shop-requests.ts';
import { SoakClient } from './soak-client.ts';
import type { SoakOptions } from './soak-options.ts';
import type { SoakFigures } from './soak-verdict.ts';
import { readServerSentEvents, readWatch } from './stream-readers.ts';
import type { StreamReader } from './stream-readers.ts';

const MIB = 2 ** 20;
/** Small enough that the buffer is full, and turns over, soon after the start. */
const BUFFER_BYTES = 16 * MIB;
const RETRAIN_SECONDS = 5;
const CONCURRENCY = 8;
/** The ramp: so many requests at once, each step so long; the most of them is the capacity. */
const RAMP = [1, 2, 4, 8];
const RAMP_STEP_MS = 3000;
const SAMPLES = 1000;
const SAMPLE_MS_MIN = 1000;
/** An incident a fifth of the time, so that there are some in every run and hundreds in a day. */
const RHYTHM = { everyMs: 120_000, share: 0.2, timesMin: 2 };
const SETTLE_MS = 60_000;
const POLL_MS = 200;
const ALERTS = `sinks: { soak: { type: webhook, url: "\${SOAK_SINK_URL}" } }\n`;

/** Runs a real service under steady load for so long; `tell` hears of what is done. The service is stopped at the end. */
export async function runSoak(options: SoakOptions, tell: (sentence: string) => void): Promise<SoakFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'halfspace-soak-'));
  const sink = await startCountingSink();
  try {
    const alertsFile = join(folder, 'alerts.yaml');
    await writeFile(alertsFile, ALERTS);
    const halfspace = await startHalfspace({
      DATA_DIR: join(folder, 'data'),
      ALERTS_FILE: alertsFile,
      SOAK_SINK_URL: sink.url,
      BUFFER_MAX_BYTES: String(BUFFER_BYTES),
      RETRAIN_INTERVAL_SECONDS: String(RETRAIN_SECONDS),
      SNAPSHOT_INTERVAL_SECONDS: '10',
    });
    try {
      return await soak(halfspace, sink, options, tell);
    } finally {
      await halfspace.kill();
    }
  } finally {
    await sink.stop();
    await rm(folder, { recursive: true });
  }
}

async function soak(
  halfspace: RunningHalfspace,
  sink: CountingSink,
  { minutes, rate: wantedRate }: SoakOptions,
  tell: (sentence: string) => void,
): Promise<SoakFigures> {
  const lastsMs = minutes * 60_000;
  const everyMs = Math.min(RHYTHM.everyMs, lastsMs / RHYTHM.timesMin);
  const requests = new ShopRequests({ everyMs, lastsMs: everyMs * RHYTHM.share }, Date.now());
  const next = () => requests.next(Date.now());
  const client = new SoakClient(halfspace.addresses.otlp_grpc);
  const readers = [await readServerSentEvents(halfspace.addresses.rest), readWatch(halfspace.addresses.watch)];
  try {
    const capacity = wantedRate === undefined ? await findCapacity(client, next) : undefined;
    const rate = wantedRate ?? capacity! / 2;
    tell(`soak: ${Math.round(rate)} logs/s for ${minutes} min${capacity === undefined ? '' : ', half of capacity'}`);
    client.latency = new Histogram();

    const sampler = startSampler(halfspace, Math.max(SAMPLE_MS_MIN, lastsMs / SAMPLES));
    await client.sendPaced({ rate, lastsMs, concurrency: CONCURRENCY, next });
    const samples = await sampler.stop();
    tell('soak: the load is over; readers and the sink get what is left');

    const unread = await settle(halfspace, readers);
    const page = await metricsOf(halfspace);
    const outcome = (name: string) => metricIn(page, 'halfspace_retrainings_total', `outcome="${name}"`);
    const alerts = (result: string) => metricIn(page, 'halfspace_alerts_total', `result="${result}"`);
    const retrained = metricIn(page, 'halfspace_retrainings_total');
    const figures = {
      minutes,
      rate,
      capacity,
      acknowledged: client.acknowledged,
      received: metricIn(page, 'halfspace_log_records_received_total'),
      scored: metricIn(page, 'halfspace_log_records_scored_total'),
      refused: client.refused,
      failed: client.failed,
      failures: client.failures,
      latency: client.latency,
      samples,
      retrainings: { ok: outcome('ok'), failed: retrained - outcome('ok') },
      readers: readers.map(({ read }) => ({ ...read })),
      unread,
      sink: {
        delivered: alerts('delivered'),
        received: sink.received,
        troubles: ['failed', 'refused', 'given_up', 'dropped'].reduce((sum, result) => sum + alerts(result), 0),
        pending: metricIn(page, 'halfspace_alerts_pending'),
      },
      inFlightBytes: metricIn(page, 'halfspace_in_flight_bytes'),
    };
    for (const reader of readers) reader.close();
    return { ...figures, exitCode: await halfspace.stop() };
  } finally {
    for (const reader of readers) reader.close();
    client.close();
  }
}

/** Records a second at most, as the steps of a ramp find it. */
async function findCapacity(client: SoakClient, next: () => Buffer): Promise<number> {
  let most = 0;
  for (const concurrency of RAMP) most = Math.max(most, await client.sendAtOnce(concurrency, RAMP_STEP_MS, next));
  return most;
}

function startSampler(halfspace: RunningHalfspace, everyMs: number): { stop(): Promise<ProcessSample[]> } {
  const stopping = new AbortController();
  const samples: ProcessSample[] = [];
  const began = performance.now();
  const follow = async () => {
    while (!stopping.signal.aborted) {
      const page = await metricsOf(halfspace);
      samples.push(sampleProcess(halfspace.pid, page, (performance.now() - began) / 3_600_000));
      await delay(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    return samples;
  };
  const following = follow();
  return {
    stop() {
      stopping.abort();
      return following;
    },
  };
}

/** Waits until every reader has the last anomaly and the sink the last alert; resolves to what is unread after all. */
async function settle(halfspace: RunningHalfspace, readers: readonly StreamReader[]): Promise<number> {
  const began = performance.now();
  for (;;) {
    const since = Math.min(...readers.map(({ read }) => read.lastId));
    const page = (await halfspace.get(`/anomalies?since=${since}&limit=1000`)) as { anomaly_count: number };
    const pending = await halfspace.metric('halfspace_alerts_pending');
    if (page.anomaly_count === 0 && pending === 0) return 0;
    if (performance.now() - began > SETTLE_MS) return page.anomaly_count;
    await delay(POLL_MS);
  }
}

async function metricsOf({ addresses }: RunningHalfspace): Promise<string> {
  return (await fetch(`${addresses.rest}/metrics`)).text();
}
