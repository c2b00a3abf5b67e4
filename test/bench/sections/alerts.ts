import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { startHalfspace } from '../../e2e/halfspace.ts';
import { encodeLogs, ERROR, messages } from '../../e2e/otlp-client.ts';
import { startReceiver } from '../../sinks/loopback.ts';
import { corpusFile, loadCorpus } from '../corpus.ts';
import type { Figure } from '../figure.ts';
import { otlpBodies } from '../otlp-bodies.ts';

const INCIDENTS = 50;
/** An incident of the same service begins when the one before has been quiet for a second. */
const PAUSE_MS = 1300;
const BATCH_RECORDS = 100;
const RECORDS_A_SECOND = 10_000;
const P99_MS_MAX = 250;

/**
 * From the end of the OTLP request that holds an incident's first line to the arrival of the alert at a webhook, under a
 * steady load. Negative where the alert is there before the sender has its answer.
 */
export async function alertsSection(): Promise<Figure[]> {
  const arrivals: number[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'bench-alerts-'));
  await using receiver = await startReceiver(({ body }) => {
    if (body.startsWith('{"type":"incident.opened"')) arrivals.push(performance.now());
    return { status: 200 };
  });
  const file = join(folder, 'alerts.yaml');
  const route = 'routes: [{ match: { services: [troubled] }, sinks: [hook] }]';
  await writeFile(
    file,
    `sinks: { hook: { type: webhook, url: "${receiver.url}", rate_limit_per_minute: 10000 } }\n${route}`,
  );
  // The reference's burst of errors needs no history, so each request surely begins an incident.
  const halfspace = await startHalfspace({
    ALERTS_FILE: file,
    DETECTOR_PROFILE: 'reference',
    INCIDENT_QUIET_SECONDS: '1',
  });
  const stopping = new AbortController();
  try {
    const load = sendSteadily(halfspace.addresses.otlp_http, stopping.signal);
    const answers = await beginIncidents(halfspace.addresses.otlp_http);
    for (let waitedMs = 0; arrivals.length < INCIDENTS && waitedMs < 10_000; waitedMs += 100) await sleep(100);
    stopping.abort();
    const rate = await load;
    return [figureOf(answers, arrivals, rate)];
  } finally {
    stopping.abort();
    await halfspace.stop();
    await rm(folder, { recursive: true });
  }
}

/** Answers when each request was answered. */
async function beginIncidents(url: string): Promise<number[]> {
  const answers: number[] = [];
  for (let i = 0; i < INCIDENTS; i++) {
    await sleep(PAUSE_MS);
    const lines = messages(10, (line) => `connection ${i}-${line} refused`);
    await send(url, encodeLogs({ service: 'troubled', messages: lines, severityNumber: ERROR, timeMs: Date.now() }));
    answers.push(performance.now());
  }
  return answers;
}

/** Batches at their times, late ones at once; answers the records a second that it came to. */
async function sendSteadily(url: string, signal: AbortSignal): Promise<number> {
  const bodies = otlpBodies(loadCorpus(await corpusFile(), 20_000), BATCH_RECORDS, 100);
  const startMs = performance.now();
  const everyMs = (BATCH_RECORDS * 1000) / RECORDS_A_SECOND;
  const underWay: Promise<unknown>[] = [];
  let sent = 0;
  while (!signal.aborted) {
    const dueMs = startMs + sent * everyMs;
    if (dueMs > performance.now()) await sleep(dueMs - performance.now());
    underWay[sent % 100] = send(url, bodies[sent % bodies.length]!);
    sent++;
    if (sent % 100 === 0) await Promise.all(underWay);
  }
  await Promise.all(underWay);
  return (sent * BATCH_RECORDS * 1000) / (performance.now() - startMs);
}

async function send(url: string, body: Buffer): Promise<void> {
  const answer = await request(url, { method: 'POST', headers: { 'content-type': 'application/x-protobuf' }, body });
  await answer.body.dump();
  if (answer.statusCode !== 200) throw new Error(`the receiver answered ${answer.statusCode}`);
}

function figureOf(answers: readonly number[], arrivals: readonly number[], rate: number): Figure {
  const section = 'alerts';
  const what = 'end of the request with the first line to the webhook, p50 and p99';
  const wanted = `p99 < ${P99_MS_MAX} ms at ${RECORDS_A_SECOND / 1000} k/s`;
  if (arrivals.length !== INCIDENTS) {
    const ours = `${arrivals.length} of ${INCIDENTS} alerts arrived`;
    return { section, what, ours, peer: '', ratio: '', wanted, met: false };
  }
  const tookMs = answers.map((answer, i) => arrivals[i]! - answer).toSorted((a, b) => a - b);
  const at = (share: number) => tookMs[Math.min(tookMs.length - 1, Math.floor(share * tookMs.length))]!;
  return {
    section,
    what,
    ours: `${at(0.5).toFixed(1)} ms, ${at(0.99).toFixed(1)} ms (${Math.round(rate)} records/s)`,
    peer: '',
    ratio: '',
    wanted,
    met: at(0.99) < P99_MS_MAX && rate > RECORDS_A_SECOND * 0.95,
  };
}
