import { credentials, makeClientConstructor } from '@grpc/grpc-js';
import type { ClientReadableStream } from '@grpc/grpc-js';
import { loadAlertService } from '../../src/watch/watch-definitions.ts';
import { openStream } from '../serve/sse-client.ts';

/** What a reader of anomalies has got since the first one. */
export interface StreamRead {
  readonly name: string;
  events: number;
  /** Told by the stream as no longer there. */
  missed: number;
  lastId: number;
  /** The stream has ended although nobody hung up. */
  ended: boolean;
}

export interface StreamReader {
  readonly read: StreamRead;
  close(): void;
}

interface Watched {
  position: string;
  event: string;
  gap?: { missed: string };
}

/** Reads `GET /anomalies/stream` from the first anomaly on. */
export async function readServerSentEvents(rest: string): Promise<StreamReader> {
  const stream = await openStream(`${rest}/anomalies/stream?since=0`);
  const read = newRead('server-sent events');
  const follow = async () => {
    for (let event = await stream.next(); event !== undefined; event = await stream.next()) {
      if (event.event === 'anomaly') read.events++;
      if (event.event === 'gap') read.missed += Number(event.data['missed']);
      read.lastId = Math.max(read.lastId, Number(event.id));
    }
  };
  const hangUp = endsWith(follow(), read);
  return {
    read,
    close() {
      hangUp();
      stream.close();
    },
  };
}

/** Reads Watch from the first anomaly on. */
export function readWatch(address: string): StreamReader {
  const Client = makeClientConstructor(loadAlertService(), 'AlertService');
  const client = new Client(address, credentials.createInsecure());
  const watch = client['Watch'] as unknown as (request: object) => ClientReadableStream<Watched>;
  const call = watch.call(client, { after: 0 });
  const read = newRead('Watch');
  const follow = async () => {
    for await (const event of call as AsyncIterable<Watched>) {
      if (event.event === 'anomaly') read.events++;
      read.missed += Number(event.gap?.missed ?? 0);
      read.lastId = Math.max(read.lastId, Number(event.position));
    }
  };
  const hangUp = endsWith(follow(), read);
  return {
    read,
    close() {
      hangUp();
      call.on('error', () => undefined).cancel();
      client.close();
    },
  };
}

function newRead(name: string): StreamRead {
  return { name, events: 0, missed: 0, lastId: 0, ended: false };
}

/** Notes when a stream ends, in whatever way; the answer is called before hanging up, and what comes then is no fault. */
function endsWith(following: Promise<void>, read: StreamRead): () => void {
  let wanted = false;
  const end = () => {
    if (!wanted) read.ended = true;
  };
  following.then(end, end);
  return () => void (wanted = true);
}
