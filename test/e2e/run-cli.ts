import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../src/halfspace.ts', import.meta.url));
/** Of whoever runs the tests: they must not decide what a command paints. Node takes no colour for `CI`. */
const UNSET = { NO_COLOR: undefined, FORCE_COLOR: undefined, CI: undefined };

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function spawnCli(args: readonly string[], env: Record<string, string | undefined> = {}) {
  return spawn(process.execPath, [ENTRY, ...args], { env: { ...process.env, ...UNSET, ...env } });
}

/** Runs a command to its end, its streams being pipes. */
export async function runCli(
  args: readonly string[],
  env: Record<string, string | undefined> = {},
  input = '',
): Promise<Ended> {
  const child = spawnCli(args, env);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
  }
  child.stdin.on('error', () => {}).end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...said };
}

export interface Terminal {
  /** All that was written to it so far. */
  readonly text: string;
  /** Resolves once the text so far has it. */
  until(pattern: RegExp): Promise<void>;
  type(keys: string): void;
  /** Resolves to the exit code of the command. */
  readonly ended: Promise<number | null>;
}

/** Runs a command in a pseudo-terminal, by util-linux' script(1). */
export function openTerminal(
  args: readonly string[],
  { columns = 100, env = {} }: { columns?: number; env?: Record<string, string> } = {},
): Terminal {
  const quoted = [process.execPath, ENTRY, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qefc', `stty cols ${columns} rows 50; exec ${quoted}`, '/dev/null'], {
    env: { ...process.env, ...UNSET, TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const seen = { text: '', wake: () => {} };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen.text += text;
    seen.wake();
  });
  const ended = (once(child, 'close') as Promise<[number | null]>).then(([code]) => {
    seen.wake();
    return code;
  });
  return {
    get text() {
      return seen.text;
    },
    async until(pattern) {
      while (!pattern.test(seen.text)) {
        if (child.exitCode !== null) throw new Error(`ended without ${pattern.source}: ${seen.text}`);
        await new Promise<void>((resolve) => (seen.wake = resolve));
      }
    },
    type: (keys) => void child.stdin.write(keys),
    ended,
  };
}
