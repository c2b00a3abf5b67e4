import { ByteBudget } from '../../src/receive/byte-budget.ts';
import { startOtlpGrpc } from '../../src/receive/otlp-grpc.ts';

/**
 * A receiver in a process of its own, so that its memory is told from that of the test. Started by `fork`; says its port
 * and, when asked, by how much its resident memory has ever risen above where it began.
 */
const [budgetBytes, receiveTimeoutMs] = process.argv.slice(2).map(Number);
const budget = new ByteBudget(budgetBytes as number);
const receiver = await startOtlpGrpc({
  host: '127.0.0.1',
  port: 0,
  intake: { accept: () => Promise.resolve({ records: 1, rejected: 0, message: '' }) },
  budget,
  auth: undefined,
  tls: undefined,
  requestBytesMax: 64 << 20,
  receiveTimeoutMs: receiveTimeoutMs as number,
  connectionsMax: 10_000,
  streamsMax: 100,
  onEvent: () => undefined,
});

const before = process.memoryUsage.rss();
let peak = before;
setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 5).unref();
process.on('message', () => {
  process.send?.({ growth: Math.max(peak, process.memoryUsage.rss()) - before, budgetBytesUsed: budget.bytesUsed });
});
process.send?.({ port: receiver.port });
