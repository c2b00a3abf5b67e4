import type { Config } from '../../config/config.ts';
import type { Anomaly } from '../../domain/anomaly.ts';
import { LEVELS } from '../../domain/level.ts';
import type { Level } from '../../domain/level.ts';
import { readClientTls, readPem } from '../client-tls.ts';
import type { ClientTlsFlags } from '../client-tls.ts';
import { UsageError } from '../command-context.ts';
import type { CommandContext } from '../command-context.ts';
import { interruptible } from '../interruptible.ts';
import { localRest } from '../local-rest.ts';
import { anomalyLines } from './anomaly-lines.ts';
import { follow } from './follow.ts';
import type { FollowOptions } from './follow.ts';

export interface TailOptions extends ClientTlsFlags {
  url?: string;
  service?: string;
  reason?: string;
  level?: Level;
  minScore?: string;
  since?: string;
  number?: string;
  explain?: true;
  json?: true;
}

/** Writes anomalies as they come until it is interrupted, or has written as many as are wanted. */
export async function runTail(options: TailOptions, context: CommandContext): Promise<void> {
  const count = wanted(options.number);
  const request = requestOf(options, context.config(), context);
  await interruptible(async (signal) => {
    let left = count;
    for await (const { name, data } of follow({ ...request, signal, onState: context.note })) {
      if (name === 'gap') context.note(`${missedIn(data)} anomalies were missed: they had made room for newer ones`);
      if (name === 'anomaly' && tell(data, options, context) && --left === 0) return;
    }
  });
}

function requestOf(
  options: TailOptions,
  { listen, security }: Config,
  context: CommandContext,
): Omit<FollowOptions, 'signal' | 'onState'> {
  const url = streamUrl(options.url ?? localRest({ listen, security }), options);
  const headers = security.signingSecret === undefined ? {} : { 'x-signing-secret': security.signingSecret };
  const own = options.url === undefined && options.ca === undefined ? security.tls?.certFile : undefined;
  const tls = () => ({ ...readClientTls(options, context), ...(own === undefined ? {} : { ca: readPem(own) }) });
  return { url, headers, tls, isPinned: own !== undefined };
}

/** Whether it was one of those that are wanted. */
function tell(data: string, options: TailOptions, { output, screen }: CommandContext): boolean {
  const anomaly = JSON.parse(data) as Anomaly;
  if (LEVELS.indexOf(anomaly.level) < LEVELS.indexOf(options.level ?? 'trace')) return false;
  const lines = options.json === true ? [data] : anomalyLines(anomaly, screen, options.explain === true);
  for (const line of lines) output.write(`${line}\n`);
  output.flush();
  return true;
}

function streamUrl(base: string, { service, reason, minScore, since }: TailOptions): URL {
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) {
    throw new UsageError(`--url ${JSON.stringify(base.slice(0, 80))} is not an address such as http://localhost:9020`);
  }
  const isScore = minScore === undefined || (/^\d*\.?\d+$/.test(minScore) && Number(minScore) <= 1);
  if (!isScore)
    throw new UsageError(`--min-score ${JSON.stringify(minScore.slice(0, 40))} is not a number from 0 to 1`);
  const url = new URL('anomalies/stream', base.endsWith('/') ? base : `${base}/`);
  for (const [name, value] of Object.entries({ service, reason, min_score: minScore, since })) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

function wanted(number: string | undefined): number {
  if (number === undefined) return Infinity;
  if (/^[1-9]\d{0,8}$/.test(number)) return Number(number);
  throw new UsageError(`--number ${JSON.stringify(number.slice(0, 40))} is not a whole number from 1 on`);
}

function missedIn(data: string): number {
  return (JSON.parse(data) as { missed: number }).missed;
}
