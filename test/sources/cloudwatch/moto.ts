import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';

export interface Moto {
  url: string;
  client: CloudWatchLogsClient;
  /** Makes group and stream where they are not there, and puts events of any age into them. */
  put(group: string, stream: string, events: readonly { timestamp: number; message: string }[]): Promise<void>;
  stop(): Promise<void>;
}

/** The store takes events of its last 14 days only, so its clock stands just after those of the tests. */
const SCRIPT = `
import datetime, sys
import moto.logs.models as models
models.utcnow = lambda: datetime.datetime(2026, 11, 21)
from moto.server import main
main(["-H", "127.0.0.1", "-p", "0"])
`;
const BATCH_ROWS = 5_000;

/** @param binary moto_server, as its part gives it. */
export async function startMoto(binary: string): Promise<Moto> {
  const child = spawn(join(dirname(binary), 'python'), ['-c', SCRIPT], { stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = once(child, 'close');
  const url = await listeningUrl(child.stderr);
  const credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret' };
  const client = new CloudWatchLogsClient({ region: 'us-east-1', endpoint: url, credentials });
  const made = new Set<string>();
  const makeOnce = async (key: string, make: () => Promise<unknown>) => {
    if (made.has(key)) return;
    made.add(key);
    await make();
  };
  return {
    url,
    client,
    async put(logGroupName, logStreamName, events) {
      await makeOnce(logGroupName, () => client.send(new CreateLogGroupCommand({ logGroupName })));
      await makeOnce(`${logGroupName}:${logStreamName}`, () =>
        client.send(new CreateLogStreamCommand({ logGroupName, logStreamName })),
      );
      const sorted = events.toSorted((a, b) => a.timestamp - b.timestamp);
      for (let at = 0; at < sorted.length; at += BATCH_ROWS) {
        const logEvents = sorted.slice(at, at + BATCH_ROWS);
        const { rejectedLogEventsInfo } = await client.send(
          new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }),
        );
        if (rejectedLogEventsInfo !== undefined) throw new Error('moto refused events');
      }
    },
    async stop() {
      client.destroy();
      child.kill('SIGTERM');
      await closed;
    },
  };
}

async function listeningUrl(stderr: NodeJS.ReadableStream): Promise<string> {
  let said = '';
  for await (const line of createInterface({ input: stderr })) {
    said += `${line}\n`;
    const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (url === undefined) continue;
    stderr.resume();
    return url;
  }
  throw new Error(`moto did not start: ${said}`);
}
