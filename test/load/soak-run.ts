import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { encodeLogs, ERROR, messages } from '../e2e/encode-logs.ts';
import type { Logs } from '../e2e/encode-logs.ts';
import { startHalfspace } from '../e2e/halfspace.ts';
import type { RunningHalfspace } from '../e2e/halfspace.ts';
import { startReceiver } from '../sinks/loopback.ts';
import { Histogram } from './histogram.ts';
import { processFigures } from './process-figures.ts';
import { slopeOf } from './slope.ts';

export interface SoakOptions {
  minutes: number;
  /** Records a second; undefined: half of what the service takes here, found out first. */
  logsPerSecond?: number;
  onProgress?(sentence: string): void;
}

export interface SoakResult {
  logsPerSecond: number;
  sent: number;
  scored: number;
  requestsFailed: number;
  /** MiB an hour of resident memory after the warm-up, and what that came to. */
  slopeMiBPerHour: number;
  grownMiB: number;
  rssMiB: number;
  handlesGrown: number;
  latency: { p50: number; p99: number; max: number };
  /** What is beyond its bound; empty when all is well. */
  faults: string[];
}

const LINES = 100;
const SERVICES = 9;
const BODIES = 64;
/** Of the whole time, before which memory may grow: caches fill, code is compiled. */
const WARM_UP_SHARE = 0.4;
const CAPACITY_MS = 5000;
const SAMPLE_MS = 1000;
const INCIDENT_MS = 20_000;
const SENDERS = 8;
/** By how much the straight line through the resident memory after the warm-up may rise, whatever the length. */
const GROWN_MIB_MAX = 48;
const HANDLES_GROWN_MAX = 32;
const WAYS = ['opened', 'closed', 'moved', 'copied', 'paid', 'sent', 'read', 'stored'];

/** A service with all that it can have (a folder, a sink, readers) under half of its load for as long as wanted. */
export async function runSoak({ minutes, logsPerSecond, onProgress }: SoakOptions): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-soak-'));
  await using sink = await startReceiver(() => ({ status: 200 }));
  const alerts = join(folder, 'alerts.yaml');
  writeFileSync(alerts, `sinks: { hook: { type: webhook, url: "${sink.url}/hook" } }\n`);
  const halfspace = await startHalfspace({
    DATA_DIR: join(folder, 'data'),
    ALERTS_FILE: alerts,
    RETRAIN_INTERVAL_SECONDS: '20',
    SNAPSHOT_INTERVAL_SECONDS: '10',
    INCIDENT_QUIET_SECONDS: '5',
    BUFFER_MAX_BYTES: String(32 << 20),
  });
  const load = new Load(halfspace);
  try {
    const rate = logsPerSecond ?? (await capacityOf(load)) / 2;
    onProgress?.(`${Math.round(rate)} logs a second for ${minutes} minutes`);
    const readers = openReaders(halfspace);
    const { samples, seconds } = await watchLoad(load, halfspace, rate, minutes, onProgress);
    readers.abort();
    const scored = await halfspace.metric('halfspace_log_records_scored_total');
    return resultOf(load, { rate, scored, samples, seconds });
  } finally {
    await load.stop();
    await halfspace.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Sample {
  seconds: number;
  rssMiB: number;
  handles: number;
}

async function watchLoad(
  load: Load,
  halfspace: RunningHalfspace,
  rate: number,
  minutes: number,
  onProgress: SoakOptions['onProgress'],
): Promise<{ samples: Sample[]; seconds: number }> {
  load.latency = new Histogram();
  load.start(rate);
  const samples: Sample[] = [];
  const startMs = performance.now();
  const seconds = minutes * 60;
  let toldMinutes = 0;
  for (let at = 0; at < seconds; at = (performance.now() - startMs) / 1000) {
    await sleep(SAMPLE_MS);
    const { rssMiB, handles } = processFigures(halfspace.pid);
    samples.push({ seconds: at, rssMiB, handles });
    if (Math.floor(at / 60) <= toldMinutes) continue;
    toldMinutes = Math.floor(at / 60);
    onProgress?.(`${toldMinutes} min: ${load.sent} logs, ${Math.round(rssMiB)} MiB`);
  }
  await load.pause();
  return { samples, seconds };
}

function resultOf(
  load: Load,
  { rate, scored, samples, seconds }: { rate: number; scored: number; samples: Sample[]; seconds: number },
): SoakResult {
  const after = samples.filter((sample) => sample.seconds >= seconds * WARM_UP_SHARE);
  const slope = slopeOf(after.map((sample) => ({ x: sample.seconds, y: sample.rssMiB })));
  const grownMiB = slope * seconds * (1 - WARM_UP_SHARE);
  const [first, last] = [after[0], after.at(-1)];
  const handlesGrown = (last?.handles ?? 0) - (first?.handles ?? 0);
  const { latency, sent, failed } = load;
  const faults = [
    ...(sent === scored ? [] : [`${sent} logs were sent and acknowledged, ${scored} were scored`]),
    ...(failed === 0 ? [] : [`${failed} requests were not acknowledged`]),
    ...(grownMiB <= GROWN_MIB_MAX
      ? []
      : [`memory grew by ${grownMiB.toFixed(1)} MiB, at most ${GROWN_MIB_MAX} may be`]),
    ...(handlesGrown <= HANDLES_GROWN_MAX
      ? []
      : [`${handlesGrown} more files and sockets are open than after the warm-up`]),
  ];
  return {
    logsPerSecond: rate,
    sent,
    scored,
    requestsFailed: failed,
    slopeMiBPerHour: slope * 3600,
    grownMiB,
    rssMiB: last?.rssMiB ?? 0,
    handlesGrown,
    latency: { p50: latency.quantile(0.5), p99: latency.quantile(0.99), max: latency.max },
    faults,
  };
}

/** Records a second that the service takes from senders that do not wait. */
async function capacityOf(load: Load): Promise<number> {
  const startMs = performance.now();
  load.start(Infinity);
  await sleep(CAPACITY_MS);
  await load.pause();
  return (load.sent * 1000) / (performance.now() - startMs);
}

/** Streams of anomalies and incidents that are read to the end. */
function openReaders({ addresses }: RunningHalfspace): AbortController {
  const over = new AbortController();
  for (const path of ['/anomalies/stream', '/incidents/stream']) {
    void fetch(`${addresses.rest}${path}`, { signal: over.signal })
      .then(({ body }) => body?.pipeTo(new WritableStream(), { signal: over.signal }))
      .catch(() => undefined);
  }
  return over;
}

/** Senders that keep to a rate together; every now and then one service has an incident. */
class Load {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #bodies = usualBodies();
  readonly #incident = encodeLogs({
    service: 'service-3',
    messages: messages(LINES, (i) => `connection ${i} to the database was refused`),
    severityNumber: ERROR,
  });
  latency = new Histogram();
  sent = 0;
  failed = 0;
  #running: Promise<unknown> | undefined;
  #isPaused = false;
  #requests = 0;

  constructor({ addresses }: RunningHalfspace) {
    const { origin, pathname } = new URL(addresses.otlp_http);
    this.#pool = new Pool(origin, { connections: SENDERS });
    this.#path = pathname;
  }

  start(logsPerSecond: number): void {
    this.#isPaused = false;
    const everyMs = (LINES * 1000) / logsPerSecond;
    const startMs = performance.now();
    let due = 0;
    let incidentMs = startMs + INCIDENT_MS / 2;
    const send = async () => {
      while (!this.#isPaused) {
        const nowMs = performance.now();
        const waitMs = startMs + everyMs * due++ - nowMs;
        if (waitMs > 0) await sleep(waitMs);
        const isIncident = nowMs >= incidentMs;
        if (isIncident) incidentMs = nowMs + INCIDENT_MS;
        await this.#send(isIncident ? this.#incident : this.#bodies[this.#requests++ % BODIES]!);
      }
    };
    this.#running = Promise.all(Array.from({ length: SENDERS }, send));
  }

  async pause(): Promise<void> {
    this.#isPaused = true;
    await this.#running;
  }

  async stop(): Promise<void> {
    await this.pause();
    await this.#pool.close();
  }

  async #send(body: Buffer): Promise<void> {
    const headers = { 'content-type': 'application/x-protobuf' };
    const startMs = performance.now();
    const { statusCode, body: answer } = await this.#pool.request({ path: this.#path, method: 'POST', headers, body });
    await answer.dump();
    if (statusCode === 200) this.sent += LINES;
    else this.failed++;
    this.latency.add(performance.now() - startMs);
  }
}

function usualBodies(): Buffer[] {
  return Array.from({ length: BODIES }, (_, seed) => {
    const all: Logs[] = Array.from({ length: SERVICES }, (__, service) => ({
      service: `service-${service}`,
      messages: messages(
        Math.floor(LINES / SERVICES) + (service === 0 ? LINES % SERVICES : 0),
        (i) => `user ${seed * 131 + i} ${WAYS[(i + service) % WAYS.length]} document ${seed * i} in ${i % 13} ms`,
      ),
    }));
    return encodeLogs(...all);
  });
}
