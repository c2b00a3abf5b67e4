import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findJava } from './find-java.ts';
import { part } from './part.ts';
import { ELASTICSEARCH_JAVA, OPENSEARCH_2_JAVA, OPENSEARCH_JAVA } from './search-node-recipe.ts';

const JAVA = { opensearch: OPENSEARCH_JAVA, 'opensearch-2': OPENSEARCH_2_JAVA, elasticsearch: ELASTICSEARCH_JAVA };

export interface RunningNode {
  url: string;
  stop(): Promise<void>;
}

/** Starts a real node of one process on loopback, with an empty home, and resolves once it listens. */
export async function startSearchNode(name: keyof typeof JAVA, startTimeoutMs = 60_000): Promise<RunningNode> {
  const binary = await part(name);
  const folder = dirname(dirname(binary));
  const [least, most] = JAVA[name];
  const java = join(await findJava(least, most), 'bin/java');
  const home = await mkdtemp(join(tmpdir(), `halfspace-${name}-`));
  const settings = new URL(`${name.replace('-2', '')}/log4j2.properties`, import.meta.url);
  const memory = ['-Xms256m', '-Xmx512m', '-XX:TieredStopAtLevel=1'];
  const logs = `-Dlog4j2.configurationFile=${fileURLToPath(settings)}`;
  const classPath = `${join(folder, 'classes')}:${join(folder, 'lib')}/*`;
  const child = spawn(java, [...memory, logs, '-cp', classPath, basename(binary, '.class'), home], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const stop = async () => {
    child.kill('SIGKILL');
    await closed;
    await rm(home, { recursive: true, force: true });
  };
  try {
    const port = await portOf(child, startTimeoutMs);
    return { url: `http://127.0.0.1:${port}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The node ends with its standard input, so that none outlives a test that was killed. */
function portOf(child: ChildProcess, timeoutMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (what: string) => {
      clearTimeout(timer);
      reject(new Error(`the node ${what}: ${said}`));
    };
    const timer = setTimeout(() => fail(`did not listen after ${timeoutMs} ms`), timeoutMs);
    child.on('error', (error) => fail(`did not start (${error.message})`));
    child.on('close', (code) => fail(`ended with ${code} before it listened`));
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000);
    });
    if (child.stdout === null) return fail('has no standard output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const port = /^PORT (\d+)$/.exec(line)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    });
  });
}
