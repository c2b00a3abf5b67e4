import { parentPort, workerData } from 'node:worker_threads';
import { DecodeError } from '../decode/decode-error.ts';
import { LoopDelay } from './loop-delay.ts';
import { freeMemory } from './request-memory.ts';
import type { ShardError, ShardOptions, ShardReply, ShardRequest, ShardResults } from './shard-protocol.ts';
import { writeShardStats } from './shard-stats.ts';
import { Shard } from './shard.ts';

const STATS_INTERVAL_MS = 1000;
const LOOP_STRETCH_MS = 30_000;

/** The worker thread of one shard: takes calls in order, answers each. */
const port = parentPort;
if (port === null) throw new Error('shard-worker.ts runs as a worker thread only');
const { options, stats } = workerData as { options: ShardOptions; stats: Float64Array };
const shard = new Shard(options);

port.on('message', (request: ShardRequest) => {
  const reply = answer(request);
  if (request.type === 'otlp') {
    freeMemory(request.bytes);
    shard.writeCounters(stats);
  } else shard.writeStats(stats);
  port.postMessage(reply, transferOf(reply));
});
const loopDelay = new LoopDelay(LOOP_STRETCH_MS, performance.now());
setInterval(() => {
  shard.writeStats(stats);
  const { p99Seconds, maxSeconds } = loopDelay.read(performance.now());
  writeShardStats(stats, { loopDelayP99Seconds: p99Seconds, loopDelayMaxSeconds: maxSeconds });
}, STATS_INTERVAL_MS).unref();

/** Packed anomalies move to the main thread; all else is small. */
function transferOf(reply: ShardReply): ArrayBuffer[] {
  if (!('result' in reply) || reply.result === undefined) return [];
  if ('models' in reply.result) return reply.result.models.map(({ bytes }) => bytes.buffer);
  if (!('anomalies' in reply.result)) return [];
  const { anomalies } = reply.result;
  return anomalies === undefined || Array.isArray(anomalies) ? [] : [anomalies.bytes.buffer, anomalies.offsets.buffer];
}

function answer(request: ShardRequest): ShardReply {
  try {
    return { id: request.id, result: perform(request) };
  } catch (error) {
    return { id: request.id, error: describe(error) };
  }
}

function perform(request: ShardRequest): ShardResults[ShardRequest['type']] {
  switch (request.type) {
    case 'otlp':
      return shard.scoreOtlp(request.bytes, request.ranges, request.receivedMs);
    case 'learn':
      return shard.learn(request.tenant, request.rows, request.receivedMs);
    case 'detect':
      return shard.detect(request.tenant, request.job, request.rows, request.reachedMs);
    case 'end-job':
      return shard.endJob(request.job);
    case 'lend-buffer':
      return shard.lendBuffer(request.nowMs);
    case 'return-buffer':
      return shard.returnBuffer();
    case 'tick':
      return shard.tick(request.nowMs);
    case 'template':
      return shard.template(request.fingerprint, request.part, request.parts);
    case 'status':
      return shard.status(request.tenant, request.service, request.limit);
    case 'activity':
      return shard.activity(request.limit, request.named);
    case 'marks':
      return shard.mark(request.marks);
    case 'snapshot':
      return shard.snapshot(request);
    case 'restore':
      return shard.restore(request.models, request.nowMs);
    case 'reset':
      return shard.reset(request.tenant);
  }
}

function describe(error: unknown): ShardError {
  if (error instanceof DecodeError) return { kind: 'malformed', message: error.message };
  return { kind: 'internal', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
