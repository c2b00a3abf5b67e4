import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';

export interface CommandOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Text for standard input; closed at once without. */
  input?: string;
}

/** Runs a program at low priority to its end and gives its standard output; rejects with the tail of what it said. */
export function runCommand(program: string, args: string[], options: CommandOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    const out: Buffer[] = [];
    let errorTail = '';
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      errorTail = (errorTail + chunk.toString()).slice(-2000);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new Error(`${program} is not installed`, { cause: error }) : error);
    });
    child.on('close', (code, signal) => {
      const text = Buffer.concat(out).toString();
      if (code === 0) return resolve(text);
      const said = errorTail.trim() || text.slice(-2000).trim();
      reject(new Error(`${program} ${args.slice(0, 3).join(' ')} ended with ${code ?? signal}: ${said}`));
    });
    child.stdin.on('error', () => undefined); // a program that ends without reading
    child.stdin.end(options.input ?? '');
  });
}
