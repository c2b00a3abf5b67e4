// `node scripts/fill-compile-cache.mjs COMMAND...`: has the service of an image run once while the image is built, so
// that its compile cache is full where it cannot be written to later. COMMAND is what the image runs, without `serve`.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const [program, ...args] = process.argv.slice(2);
const ports = { REST_PORT: '0', OTLP_GRPC_PORT: '0', OTLP_HTTP_PORT: '0', WATCH_PORT: '0' };
const env = { ...process.env, ...ports, HOST: '127.0.0.1' };
const service = spawn(program, [...args, 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
const closed = once(service, 'close');
const { rest } = await ready();
execFileSync(program, [...args, 'healthcheck'], { env: { ...env, REST_PORT: new URL(rest).port }, stdio: 'inherit' });
service.kill('SIGTERM');
const [code] = await closed;
process.exitCode = code ?? 1;

/** What the service says once it takes logs; ends this process with its own code when it never does. */
async function ready() {
  for await (const line of createInterface({ input: service.stdout })) {
    const log = JSON.parse(line);
    if (log.msg === 'ready') return log;
  }
  const [failure] = await closed;
  return process.exit(failure || 1);
}
