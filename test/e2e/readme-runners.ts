import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { validateCollectorConfig } from '../parts/collector.ts';
import { readSoakOptions } from '../load/soak-options.ts';
import type { Addresses } from './halfspace.ts';
import type { Fence } from './readme-commands.ts';
import { dryRunHelm, readCompose } from './readme-deploy.ts';
import { openShell, runShell } from './shell.ts';
import { differences, omissions, parseShown } from './shown-answer.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FREE_PORTS = { REST_PORT: '0', OTLP_GRPC_PORT: '0', OTLP_HTTP_PORT: '0', WATCH_PORT: '0' };
const START_TIMEOUT_MS = 60_000;

/** What the commands of one block find when they run. */
export interface Stage {
  /** Of the service that listens on the ports that the page names; a command may start another for those after it. */
  addresses: Addresses;
  /** Texts of the page that stand for something of the reader's own machine, and what they are here. */
  substitutes: ReadonlyMap<string, string>;
  /** Undone when the block is through. */
  stops: (() => Promise<void>)[];
}

interface Runner {
  matches: RegExp;
  run(command: string, stage: Stage, answer: Fence | undefined): Promise<void>;
}

/** A kind of command each; one that none of them matches is one that nobody has checked. */
const RUNNERS: Runner[] = [
  { matches: /^curl -N /, run: readStream },
  { matches: /^curl /, run: call },
  { matches: /^npm start -- --demo$/, run: watchDemo },
  { matches: /^((?:[A-Z_]+=\S+ )*)npm start$/, run: startService },
  { matches: /^npm test$/, run: checkTestScript },
  { matches: /^npm run (bench|eval|chaos)\b/, run: checkSections },
  { matches: /^npm run soak\b/, run: checkSoak },
  {
    matches:
      /^(?:source <\()?(?:npm run -s halfspace --|halfspace) (?:analyse|compare|detect|annotate|tail|replay|healthcheck|completion)\b/,
    run: runCli,
  },
  { matches: /^(?:[A-Z_]+=\S+ )*otelcol-contrib --config otel-collector\.yaml$/, run: checkCollector },
  { matches: /^helm install /, run: dryRunHelm },
  { matches: /^docker compose -f \S+ up\b/, run: readCompose },
  { matches: /^export OTEL_/, run: checkSdkVariable },
];

/** Runs a command of the page and holds what comes to what the page shows; throws for one of a kind not known. */
export async function expectRuns(command: string, stage: Stage, answer: Fence | undefined): Promise<void> {
  const runner = RUNNERS.find(({ matches }) => matches.test(command));
  if (runner === undefined) throw new Error(`nothing here knows how to run: ${command}`);
  await runner.run(command, stage, answer);
}

/** As the reader types it but for the ports; an answer with a 4xx status is one that the page means to show. */
async function call(command: string, stage: Stage, answer: Fence | undefined): Promise<void> {
  const { code, stdout, stderr } = await runShell(withCurl(command, stage));
  const shown = answer?.language.startsWith('json') ? parseShown(answer.text) : undefined;
  const isRefusal = typeof shown === 'object' && shown !== null && 'status' in shown && Number(shown.status) >= 400;
  expect(code, `${stdout}${stderr}`).toBe(isRefusal ? CURL_HTTP_ERROR : 0);
  if (answer === undefined) return;
  if (answer.language.startsWith('json')) {
    expect(differences(shown, JSON.parse(stdout))).toEqual([]);
    expect(omissions(answer.text, JSON.parse(stdout)), 'left out without a word').toEqual([]);
  } else expect(namesOfMetrics(stdout)).toEqual(expect.arrayContaining(namesOfMetrics(answer.text)));
}

const CURL_HTTP_ERROR = 22;

/** Until the last event that the page shows has come. */
async function readStream(command: string, stage: Stage, answer: Fence | undefined): Promise<void> {
  const shown = eventsOf(answer?.text ?? '');
  expect(shown, 'the page shows events').not.toEqual([]);
  await runShell(withCurl(command, stage), {
    until: (line, stdout) => line === '' && differences(shown, eventsOf(stdout)).length === 0,
  });
}

/** With every line that the page shows, which has the incident's among them, and each address. */
async function watchDemo(command: string, stage: Stage, answer: Fence | undefined): Promise<void> {
  const shown = linesToWaitFor(answer?.text ?? '');
  expect(shown.join('\n')).toMatch(/payments \[.*new_template.*\]/);
  const demo = openShell(command, FREE_PORTS);
  stage.stops.push(demo.stop);
  const missing = new Set(shown);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => reject(new Error(`the demo has not printed ${[...missing].join('\n')}, only ${demo.stdout}${demo.stderr}`)),
    START_TIMEOUT_MS,
  );
  demo.onLine((line) => {
    missing.delete(kindOfLine(line));
    if (missing.size === 0) resolve();
  });
  await promise.finally(() => clearTimeout(timer));
  for (const address of [/OTLP\/gRPC +\S+:\d+/, /OTLP\/HTTP +http:\S+\/v1\/logs/, /REST +http:\S+:\d+/]) {
    expect(demo.stdout).toMatch(address);
  }
}

/** The commands that follow in the block talk to this one. */
async function startService(command: string, stage: Stage): Promise<void> {
  const service = openShell(onStage(command, stage), FREE_PORTS);
  stage.stops.push(service.stop);
  const { promise, resolve, reject } = Promise.withResolvers<Addresses>();
  service.onLine((line) => {
    if (line.includes('"msg":"ready"')) resolve(JSON.parse(line) as Addresses);
  });
  void service.closed.then((code) => reject(new Error(`${command} ended with ${code}: ${service.stderr}`)));
  stage.addresses = await promise;
}

async function checkTestScript(): Promise<void> {
  const { scripts } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')) as { scripts: Record<string, string> };
  expect(scripts).toHaveProperty('test');
  const ci = await readFile(`${ROOT}.ci/run`, 'utf8');
  const commands = ci.split('\n').filter((line) => line !== '' && !/^(#|set |cd )/.test(line));
  expect(commands, 'what continuous integration runs').toEqual(['npm test']);
}

/** Measuring takes minutes: only that the sections exist is looked at. */
async function checkSections(command: string): Promise<void> {
  const [script = ''] = /npm run \w+/.exec(command) ?? [];
  const { code, stderr } = await runShell(`${script} -- nonsense`, { timeoutMs: 30_000 });
  expect(code).toBe(2);
  const sections = /there are (.*)/.exec(stderr)?.[1]?.split(', ') ?? [];
  expect(sections).toEqual(expect.arrayContaining(command.split(' -- ')[1]?.split(' ') ?? []));
  expect(sections).not.toEqual([]);
}

/** The command takes what the page gives it, and says so of what it does not take; a test of its own runs it. */
async function checkSoak(command: string): Promise<void> {
  expect(() => readSoakOptions(command.split(' -- ')[1]?.split(' ') ?? [])).not.toThrow();
  const { code, stderr } = await runShell('npm run soak -- --minutes never', { timeoutMs: 30_000 });
  expect(stderr).toContain('--minutes wants a number');
  expect(code).toBe(2);
}

/** The lines that the page shows are among those that come. */
async function runCli(command: string, stage: Stage, answer: Fence | undefined): Promise<void> {
  const installed = `halfspace() { '${process.execPath}' bin/halfspace.mjs "$@"; }\n`;
  const { code, stdout, stderr } = await runShell(installed + onStage(command, stage), {
    env: { REST_PORT: new URL(stage.addresses.rest).port },
    timeoutMs: 30_000,
  });
  expect(code, `${stdout}${stderr}`).toBe(0);
  const shown = (answer?.text ?? '').split('\n').filter((line) => line !== '');
  expect(stdout.split('\n')).toEqual(expect.arrayContaining(shown));
}

/** By the real Collector, which says whether it would start so. */
async function checkCollector(command: string): Promise<void> {
  const config = await readFile(`${ROOT}otel-collector.yaml`, 'utf8');
  const env: Record<string, string> = {};
  for (const [, name = '', value = ''] of command.matchAll(/([A-Z_]+)='?([^' ]*)'? /g)) env[name] = value;
  for (const name of Object.keys(env)) expect(config).toContain(`\${env:${name}:-`);
  await validateCollectorConfig(`${ROOT}otel-collector.yaml`, env);
}

const SDK_VARIABLES = [
  'OTEL_LOGS_EXPORTER',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_PROTOCOL',
  'OTEL_SERVICE_NAME',
];

/** Names of the OpenTelemetry specification; what the endpoint leads to takes logs. */
async function checkSdkVariable(command: string, stage: Stage): Promise<void> {
  const [, name = '', value = ''] = /^export (\w+)=(.*)$/.exec(onStage(command, stage)) ?? [];
  expect(SDK_VARIABLES).toContain(name);
  if (name === 'OTEL_EXPORTER_OTLP_PROTOCOL') expect(value).toBe('http/protobuf');
  if (name !== 'OTEL_EXPORTER_OTLP_ENDPOINT') return;
  // As the specification has SDKs do with it.
  const headers = { 'content-type': 'application/x-protobuf' };
  const { status } = await fetch(`${value}/v1/logs`, { method: 'POST', headers, body: new Uint8Array(0) });
  expect(status).toBe(200);
}

function onStage(command: string, { addresses, substitutes }: Stage): string {
  let text = command
    .replaceAll('localhost:9020', new URL(addresses.rest).host)
    .replaceAll('localhost:4318', new URL(addresses.otlp_http).host)
    .replaceAll('localhost:4317', addresses.otlp_grpc);
  for (const [page, here] of substitutes) text = text.replaceAll(page, here);
  return text;
}

/** A status of 4xx or 5xx is a failure, as it is to a reader. */
function withCurl(command: string, stage: Stage): string {
  return `curl() { command curl --silent --show-error --fail-with-body "$@"; }\n${onStage(command, stage)}`;
}

/** The data of each event, with its name beside. */
function eventsOf(stream: string): { event: string; data: unknown }[] {
  return Array.from(stream.matchAll(/^event: (.*)\ndata: (.*)\n/gm), ([, event = '', data = '']) => ({
    event,
    data: JSON.parse(data.replace(/, ?\.\.\.\}$/, '}')),
  }));
}

function namesOfMetrics(page: string): string[] {
  return Array.from(page.matchAll(/^(halfspace_\S+) /gm), ([, name = '']) => name);
}

/** Addresses are compared apart: their ports differ. So are the dimmed counts, which depend on the moment. */
function linesToWaitFor(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => line.trim() !== '' && line !== '...' && !/^ {2}|more of these kinds/.test(line))
    .map(kindOfLine);
}

/** Who says what: when, with which ids, at which score and for what further reasons depends on the clock. */
function kindOfLine(line: string): string {
  return line
    .replace(/^\d\d:\d\d:\d\d /, '')
    .replace(/\[[^\]]*(new_template)[^\]]*\]/, '[$1]')
    .replace(/ \(score [\d.]+\)$/, '')
    .replaceAll(/[\da-f-]*\d[\da-f-]*/g, '#');
}
