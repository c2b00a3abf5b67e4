import { setTimeout as delay } from 'node:timers/promises';
import type { Analyser, JobReport } from '../../analyse/analyser.ts';
import { PackedRowReader } from '../../domain/packed-rows.ts';
import type { Config } from '../../config/config.ts';
import { openFiles } from '../analyse/open-window.ts';
import { whileShown } from '../analyse/reading.ts';
import type { ReadingWatch } from '../analyse/reading.ts';
import { withAnalyser } from '../analyse/with-analyser.ts';
import { EXIT, UsageError } from '../command-context.ts';
import type { CommandContext } from '../command-context.ts';
import { windowOf } from '../row-arguments.ts';
import type { RowOptions } from '../row-arguments.ts';
import { counted } from '../terminal/numbers.ts';
import type { FilesSummary } from '../../sources/file/read-files.ts';
import { encodeBatch } from './encode-batch.ts';
import type { ServiceBatch } from './encode-batch.ts';
import { OtlpExporter } from './otlp-exporter.ts';
import type { ExportCounts } from './otlp-exporter.ts';
import { paceFrom } from './pace.ts';
import type { Pace } from './pace.ts';
import { paced } from './paced.ts';
import { isUntimed } from '../window-job.ts';
import { readClientTls } from '../client-tls.ts';
import type { ClientTlsFlags } from '../client-tls.ts';

export interface ReplayOptions extends Pick<RowOptions, 'window' | 'start' | 'end'>, ClientTlsFlags {
  to: string;
  speed: string;
  restamp?: true;
}

/** Sends the rows of files over OTLP/gRPC, in the order of time; writes what became of them. */
export async function runReplay(
  files: readonly string[],
  options: ReplayOptions,
  context: CommandContext,
): Promise<void> {
  const { target, isTls } = receiverOf(options.to);
  const speed = speedOf(options.speed);
  const config = context.config();
  const headers = headersOf(config);
  const startedMs = context.nowMs();
  const open = await openFiles(files.map(context.pathOf), windowOf(options), config, context);
  const send = async (analyser: Analyser, { signal, onProgress }: ReadingWatch) => {
    const tls = isTls ? readClientTls(options, context) : undefined;
    const exporter = new OtlpExporter({ target, tls, headers, signal, note: context.note });
    try {
      let pace: Pace | undefined;
      const onReport = (met: JobReport, count: number) => {
        for (const sentence of open.problems(count, false, met)) context.note(sentence);
        if (speed !== Infinity && isUntimed(count, met.file)) context.note(untimedPace(open.name, met.file));
      };
      for await (const batch of analyser.streamRows(open.job, { signal, onReport })) {
        pace ??= paceFrom(firstTime(batch), context.nowMs(), speed, options.restamp === true);
        for (const part of paced(batch, pace)) {
          await untilDue(part.dueMs, signal, context);
          const { bytes, rows } = encodeBatch(part.batch, pace.saidMs, context.nowMs());
          await exporter.send(bytes, rows);
          onProgress(exporter.counts.sent, 0);
        }
      }
      return exporter.counts;
    } finally {
      exporter.close();
    }
  };
  const counts = await whileShown([open], context, (watch) =>
    withAnalyser(config, (analyser) => send(analyser, watch)),
  );
  if (counts.rejected + counts.dropped > 0) context.endWith(EXIT.failure);
  context.output.write(`${summary(counts, (context.nowMs() - startedMs) / 1000)}\n`);
}

function headersOf({ security: { signingSecret, bearerTokens } }: Config): Record<string, string> {
  return {
    ...(signingSecret === undefined ? {} : { 'x-signing-secret': signingSecret }),
    ...(bearerTokens[0] === undefined ? {} : { authorization: `Bearer ${bearerTokens[0]}` }),
  };
}

function receiverOf(to: string): { target: string; isTls: boolean } {
  const [, scheme = 'http', host = '', port = '4317'] =
    /^(?:(https?):\/\/)?([\w.-]+|\[[\da-fA-F:.]+\])(?::(\d{1,5}))?\/?$/.exec(to) ?? [];
  if (host !== '') return { target: `${host}:${port}`, isTls: scheme === 'https' };
  throw new UsageError(
    `--to ${JSON.stringify(to.slice(0, 80))} is not a receiver such as localhost:4317 or https://host:4317`,
  );
}

function speedOf(text: string): number {
  if (text === 'max') return Infinity;
  const speed = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (speed > 0) return speed;
  throw new UsageError(`--speed ${JSON.stringify(text.slice(0, 40))} is neither a number above 0 nor max`);
}

/** Speed is by the times of rows, which are those of their files here. */
function untimedPace(name: string, file: FilesSummary | undefined): string {
  if (file === undefined || file.files === 1) return `${name}: --speed has no effect: all is sent at once`;
  return `${name}: --speed goes by the files' last changes: each file is sent at once`;
}

function firstTime(batch: readonly ServiceBatch[]): number {
  const reader = new PackedRowReader(batch[0]!.bytes);
  reader.next();
  return reader.timestampMs;
}

async function untilDue(dueMs: number, signal: AbortSignal, { nowMs }: CommandContext): Promise<void> {
  const waitMs = dueMs - nowMs();
  if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => {});
  signal.throwIfAborted();
}

function summary({ sent, rejected, dropped, requests, retries }: ExportCounts, seconds: number): string {
  const refused = `${rejected.toLocaleString('en')} rejected, ${dropped.toLocaleString('en')} dropped`;
  return `${counted(sent, 'line')} sent in ${counted(requests, 'request')}, ${refused}, ${retries} retried, ${seconds.toFixed(1)} s`;
}
