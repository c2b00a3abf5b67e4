import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface ShellResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface ShellOptions {
  env?: Record<string, string>;
  timeoutMs?: number;
  /** Ends the command, and all that it has started, once a line of its output says so. */
  until?(line: string, stdout: string): boolean;
}

/** Runs a command as a reader would, by bash at the root of the repository. Rejects when it takes too long. */
export async function runShell(command: string, options: ShellOptions = {}): Promise<ShellResult> {
  const shell = openShell(command, options.env);
  const timeoutMs = options.timeoutMs ?? 15_000;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void shell.stop();
  }, timeoutMs);
  const { until } = options;
  if (until) shell.onLine((line) => void (until(line, shell.stdout) && shell.stop()));
  const code = await shell.closed;
  clearTimeout(timer);
  const { stdout, stderr } = shell;
  if (isLate) throw new Error(`${command} had not ended after ${timeoutMs} ms: ${stdout}${stderr}`);
  return { code, stdout, stderr };
}

export interface OpenShell {
  readonly stdout: string;
  readonly stderr: string;
  readonly closed: Promise<number | null>;
  onLine(listener: (line: string) => void): void;
  /** SIGTERM to the command and all that it has started; resolves when they have ended. */
  stop(): Promise<void>;
}

export function openShell(command: string, env: Record<string, string> = {}): OpenShell {
  // A group of its own: npm and bash stand between us and what has to be stopped.
  const child = spawn('bash', ['-c', command], {
    cwd: ROOT,
    env: { ...process.env, FORCE_COLOR: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => (said[name] += chunk.toString()));
  }
  const lines = createInterface({ input: child.stdout });
  const closed = once(child, 'close').then(([code]) => code as number | null);
  return {
    get stdout() {
      return said.stdout;
    },
    get stderr() {
      return said.stderr;
    },
    closed,
    onLine: (listener) => void lines.on('line', listener),
    async stop() {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      } catch (error) {
        // All of them have ended already.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
      await closed;
    },
  };
}
