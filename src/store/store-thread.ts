import { dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { SeenIds } from './seen-ids.ts';
import { StoreFile } from './store-file.ts';
import type {
  StoredRecords,
  StoreNews,
  StoreReply,
  StoreRequest,
  StoreThreadOptions,
  StoreWrite,
} from './store-protocol.ts';

const RETRY_MS = 1000;

/**
 * The thread of one database: waits for the disk, so that nobody else does. What comes in while one commit is under way
 * is the next one, so that many senders share a wait.
 */
const port = parentPort;
if (port === null) throw new Error('store-thread.ts runs as a worker thread only');
const send = (reply: StoreReply, transfer: ArrayBuffer[] = []) => port.postMessage(reply, transfer);

/** Told before the next answer, so that who has that knows how the file stands. */
const untold: StoreNews[] = [];
const options = workerData as StoreThreadOptions;
const file = new StoreFile({
  ...options,
  nowMs: () => Date.now(),
  onNews: (news) => untold.push(news),
});
const seenIds = options.kind === 'records' ? new SeenIds(join(dirname(options.file), 'alerts.ids')) : undefined;
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
  if (request.type === 'load-records') {
    const records = loadRecords();
    tell();
    send({ type: 'records', id: request.id, records });
  } else if (request.type === 'load-models') {
    const models = file.loadModels(request.after, request.bytesMax);
    tellNews();
    send(
      { type: 'models', id: request.id, models },
      models.models.map(({ bytes }) => bytes.buffer),
    );
  } else if (request.type === 'load-clusters') {
    const clusters = file.loadClusters();
    tellNews();
    send(
      { type: 'clusters', id: request.id, clusters },
      clusters.pieces.map(({ buffer }) => buffer),
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
  // Before they are answered: readers see what is in them next.
  if (!kept && file.condition.state !== 'off') seenIds?.note(writes.map(({ write }) => write));
  tellNews();
  send({ type: 'settled', ids: writes.map(({ id }) => id), kept });
}

function loadRecords(): StoredRecords {
  const loaded = file.loadRecords();
  const { records, missing } = seenIds?.goOn(loaded) ?? { records: loaded, missing: 0 };
  if (missing > 0) {
    const sentence = `${missing} anomalies that readers may have seen before never came to be on disk; their ids are not given again`;
    untold.push({ level: 'error', sentence });
  }
  return records;
}

function tellNews(): void {
  if (untold.length > 0) tell();
}

function tell(): void {
  const { condition, figures } = file;
  for (const news of untold.splice(0)) send({ type: 'condition', condition, figures, news });
  send({ type: 'condition', condition, figures, news: undefined });
}
