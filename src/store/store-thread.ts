import { parentPort, workerData } from 'node:worker_threads';
import { StoreFile } from './store-file.ts';
import type { StoreNews, StoreReply, StoreRequest, StoreThreadOptions, StoreWrite } from './store-protocol.ts';

const RETRY_MS = 1000;

/**
 * The thread of one database: waits for the disk, so that nobody else does. What comes in while one commit is under way
 * is the next one, so that many senders share a wait.
 */
const port = parentPort;
if (port === null) throw new Error('store-thread.ts runs as a worker thread only');
const send = (reply: StoreReply, transfer: ArrayBuffer[] = []) => port.postMessage(reply, transfer);

const file = new StoreFile({
  ...(workerData as StoreThreadOptions),
  nowMs: () => Date.now(),
  onNews: (news) => setImmediate(() => tell(news)),
});
let waiting: { id: number; write: StoreWrite }[] = [];
let timer: NodeJS.Immediate | undefined;
tell();

port.on('message', (request: StoreRequest) => {
  if (request.type === 'write') {
    waiting.push(request);
    timer ??= setImmediate(commit);
    return;
  }
  // In order: what was asked for before is done before.
  commit();
  if (request.type === 'load-records') send({ type: 'records', id: request.id, records: file.loadRecords() });
  else if (request.type === 'load-models') {
    const models = file.loadModels(request.after, request.bytesMax);
    send(
      { type: 'models', id: request.id, models },
      models.models.map(({ bytes }) => bytes.buffer),
    );
  } else {
    file.close();
    clearInterval(retries);
    send({ type: 'closed', id: request.id });
    port.close();
  }
});

const retries = setInterval(() => {
  file.retry();
  tell();
}, RETRY_MS);

function commit(): void {
  clearImmediate(timer);
  timer = undefined;
  if (waiting.length === 0) return;
  const writes = waiting;
  waiting = [];
  const kept = file.commit(writes.map(({ write }) => write));
  send({ type: 'settled', ids: writes.map(({ id }) => id), kept });
}

function tell(news?: StoreNews): void {
  send({ type: 'condition', condition: file.condition, figures: file.figures, news });
}
