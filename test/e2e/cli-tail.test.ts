import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { encodeLines } from '../../src/demo/encode-lines.ts';
import { Scenario } from '../../src/demo/scenario.ts';
import { selfSigned } from '../receive/certificates.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { openTerminal, runCli, spawnCli } from './run-cli.ts';

const SECRET = 'open sesame';
const REST_OF = ({ addresses }: RunningHalfspace) => ({ REST_PORT: new URL(addresses.rest).port });

let running: RunningHalfspace | undefined;
afterEach(async () => {
  await running?.kill();
  running = undefined;
});

/** The demo's stream up to some seconds into its incident, over OTLP/HTTP. */
async function sendIncident({ addresses }: RunningHalfspace, headers: Record<string, string> = {}): Promise<void> {
  const startMs = Date.now() - 60_000;
  const scenario = new Scenario({ seed: 7, startMs });
  for (const lines of [scenario.backfill(), scenario.linesUntil(startMs + 60_000)]) {
    const answer = await fetch(addresses.otlp_http, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', ...headers },
      body: Buffer.from(encodeLines(lines)),
    });
    expect(answer.status).toBe(200);
  }
}

describe('halfspace tail', { timeout: 60_000 }, () => {
  test('writes what is held and what comes, by service, level and number', async () => {
    running = await startHalfspace();
    await sendIncident(running);
    const env = REST_OF(running);
    const all = await runCli(['tail', '--since', '0', '-n', '3', '--json'], env);
    expect([all.code, all.stderr]).toEqual([0, '']);
    const anomalies = all.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: number });
    expect(anomalies.map(({ id }) => id)).toEqual([1, 2, 3]);
    const args = ['tail', '--since', '0', '-n', '2', '--service', 'payments', '--level', 'error', '--explain'];
    const some = await runCli(args, env);
    expect(some.stdout).toMatch(
      /^\d\d:\d\d:\d\d (ERROR|FATAL) payments \[.*\] .* \(score \d\.\d\d\)\n {9}\w+: .*usual is .*; since /,
    );
    const shell = openTerminal(args, { env, columns: 90 });
    expect(await shell.ended).toBe(0);
    expect(shell.text).toContain('\u001b[31mERROR\u001b[39m');
  });

  test('goes on where it was after the service was away, and Ctrl-C ends it', async () => {
    running = await startHalfspace();
    const { port } = new URL(running.addresses.rest);
    const shell = openTerminal(['tail', '--since', '0'], { env: { REST_PORT: port } });
    await sendIncident(running);
    await shell.until(/payments/);
    await running.kill();
    await shell.until(/trying again/);
    running = await startHalfspace({ REST_PORT: port });
    await shell.until(/connected again/);
    const before = shell.text.length;
    await sendIncident(running);
    await shell.until(new RegExp(`^[^]{${before},}payments`));
    shell.type('\u0003');
    expect(await shell.ended).toBe(130);
    expect(shell.text).not.toMatch(/Error:|at .*:\d+:\d+/);
  });

  test('shows the secret of the environment, over TLS, and no other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'halfspace-tail-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { certFile, keyFile } = selfSigned(folder, 'rest');
    const tls = { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile };
    running = await startHalfspace({ ...tls, SIGNING_SECRET: SECRET });
    const { port } = new URL(running.addresses.rest);
    const refused = await runCli(['tail'], { ...tls, REST_PORT: port });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/asks for its secret: set SIGNING_SECRET to it, in the environment or in .env\n$/);
    const asked = await runCli(['tail', '--since', 'yesterday'], { ...tls, REST_PORT: port, SIGNING_SECRET: SECRET });
    expect(asked.code).toBe(2);
    expect(asked.stderr).toMatch(/^--since must be an id or a time such as \S+, got "yesterday"\n$/);
    const wrong = await runCli(['tail'], { ...tls, REST_PORT: port, SIGNING_SECRET: 'not this' });
    expect([wrong.code, wrong.stderr.includes('not this')]).toEqual([1, false]);
    // A certificate that nobody vouches for is refused where the address was given.
    const unknown = await runCli(['tail', '--url', `https://127.0.0.1:${port}`], { SIGNING_SECRET: SECRET });
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(/is not trusted \(--ca names a CA\): self[- ]signed certificate/);
    const known = spawnCli(['tail'], { ...tls, REST_PORT: port, SIGNING_SECRET: SECRET });
    onTestFinished(() => void known.kill('SIGKILL'));
    let complaints = '';
    known.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    expect(await runCli(['healthcheck'], { ...tls, REST_PORT: port })).toMatchObject({ code: 0, stdout: 'ready\n' });
    while ((await subscribers(`https://127.0.0.1:${port}`)) === 0)
      await new Promise((resolve) => setImmediate(resolve));
    expect(complaints).toBe('');
  });

  test.each([
    [['tail', '--url', 'localhost'], /^--url "localhost" is not an address such as/],
    [['tail', '--min-score', '7'], /^--min-score "7" is not a number from 0 to 1/],
    [['tail', '--number', '0'], /^--number "0" is not a whole number from 1 on/],
    [['tail', '--reason', 'odd'], /'odd' is invalid. Allowed choices are anomaly_score, /],
  ])('%j is refused', async (args, sentence) => {
    const { code, stderr } = await runCli(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
  });
});

/** Readers of the stream, as the metrics of a service over TLS have them. */
async function subscribers(rest: string): Promise<number> {
  const { request } = await import('node:https');
  const { text } = await import('node:stream/consumers');
  const page = await new Promise<string>((resolve, reject) => {
    const headers = { 'x-signing-secret': SECRET };
    const call = request(`${rest}/metrics`, { headers, rejectUnauthorized: false }, (answer) => {
      text(answer).then(resolve, reject);
    });
    call.on('error', reject).end();
  });
  return Number(/^halfspace_stream_subscribers(?:\{[^}]*\})? (\d+)/m.exec(page)?.[1] ?? 0);
}
