import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { MIB } from './grpc-harness.ts';

export interface Memory {
  growth: number;
  budgetBytesUsed: number;
}

export interface ServerProcess {
  port: number;
  memory(): Promise<Memory>;
}

/** The port of a receiver, or Watch's, in a process of its own, with the memory settings of `npm start`. */
export async function startProcess(
  protocol: 'grpc' | 'http' | 'watch',
  budgetBytes = 128 * MIB,
  receiveTimeoutMs = 30_000,
): Promise<ServerProcess> {
  const file = fileURLToPath(new URL('server-process.ts', import.meta.url));
  const child = fork(file, [protocol, String(budgetBytes), String(receiveTimeoutMs)], {
    execArgv: ['--max-semi-space-size=2'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return {
    port,
    async memory() {
      child.send('memory');
      const [memory] = (await once(child, 'message')) as [Memory];
      return memory;
    },
  };
}
