import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { missingPart, part, usePart } from './part.ts';
import type { Part } from './part.ts';
import { runCommand } from './run-command.ts';

const START_TIMEOUT_MS = 30_000;
/** Debian's looks for its templates in /usr/share: there it finds, and it alone, what came with the package. */
const IN_ITS_OWN_TREE = ['--map-root-user', '--mount', 'sh', '-c', 'mount --bind "$0" /usr/share && exec "$@"'];

/** As {@link usePart}; it also takes a machine that lets it have a tree of its own, which many containers do not. */
export async function useAlertmanager(): Promise<Part> {
  const found = await usePart('alertmanager');
  if (found.path === undefined) return found;
  try {
    await runCommand('unshare', [...IN_ITS_OWN_TREE, join(dirname(found.path), '../share'), 'true']);
    return found;
  } catch (error) {
    return missingPart('A tree of files for Alertmanager alone (unshare)', error);
  }
}

/** An alert as `GET /api/v2/alerts` tells it. */
export interface KnownAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  generatorURL: string;
  status: { state: string };
}

export interface RunningAlertmanager extends AsyncDisposable {
  readonly url: string;
  /** Those that are active. */
  alerts(): Promise<KnownAlert[]>;
  /** Of `GET /api/v2/alerts/groups`: the labels that each group goes by, and its alerts. */
  groups(): Promise<{ labels: Record<string, string>; alerts: KnownAlert[] }[]>;
}

/** Starts the real Alertmanager, which tells the webhook at `receiverUrl` at once and by service. */
export async function startAlertmanager(receiverUrl: string): Promise<RunningAlertmanager> {
  const folder = await mkdtemp(join(tmpdir(), 'alertmanager-'));
  await writeFile(
    join(folder, 'config.yml'),
    `
route: { receiver: hook, group_by: [alertname, service], group_wait: 100ms, group_interval: 500ms, repeat_interval: 1h }
receivers: [{ name: hook, webhook_configs: [{ url: "${receiverUrl}", send_resolved: true }] }]
`,
  );
  const program = await part('alertmanager');
  const child = spawn(
    'unshare',
    [
      ...IN_ITS_OWN_TREE,
      join(dirname(program), '../share'),
      program,
      `--config.file=${join(folder, 'config.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      '--cluster.listen-address=',
      '--web.listen-address=127.0.0.1:0',
      '--log.format=json',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const closed = once(child, 'close');
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await closed;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const url = await listeningAt(child.stderr, closed);
    const get = async <Answer>(path: string) => (await (await fetch(`${url}${path}`)).json()) as Answer;
    return {
      url,
      alerts: () => get('/api/v2/alerts'),
      groups: () => get('/api/v2/alerts/groups'),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    child.kill('SIGKILL');
    await end();
    throw error;
  }
}

function listeningAt(log: NodeJS.ReadableStream, closed: Promise<unknown>): Promise<string> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`Alertmanager ${what}: ${said.slice(-5).join('\n')}`));
    const timer = setTimeout(() => fail(`did not listen within ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
    void closed.then(() => fail('ended before it listened'));
    createInterface({ input: log }).on('line', (line) => {
      said.push(line);
      const log = JSON.parse(line) as { msg?: string; address?: string };
      said.push(line);
      if (log.msg !== 'Listening on' || log.address === undefined) return;
      clearTimeout(timer);
      resolve(`http://${log.address}`);
    });
  });
}
