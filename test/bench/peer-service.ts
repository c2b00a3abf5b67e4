import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { part } from '../parts/part.ts';
import { processUse } from './run-measured.ts';
import type { ProcessUse } from './run-measured.ts';

/** Runs `use` with the address of the reference as a service (`peers/service.py`), and a look at what it has used. */
export async function withPeerService<T>(
  file: string,
  use: (address: string, used: () => ProcessUse) => Promise<T>,
): Promise<T> {
  const script = fileURLToPath(new URL('peers/service.py', import.meta.url));
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const service = spawn(await part('oracles'), [script, file], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(service, 'close');
  try {
    const [port] = (await Promise.race([
      once(createInterface({ input: service.stdout }), 'line'),
      closed.then(() => {
        throw new Error('the reference as a service ended before it said its port');
      }),
    ])) as [string];
    return await use(`http://127.0.0.1:${port}`, () => processUse(service.pid!));
  } finally {
    service.kill();
    await closed;
  }
}
