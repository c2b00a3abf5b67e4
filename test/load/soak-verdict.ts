import type { Histogram } from './histogram.ts';
import type { ProcessSample } from './process-sample.ts';
import { slopeOf } from './slope.ts';
import type { StreamRead } from './stream-readers.ts';

export interface SoakFigures {
  minutes: number;
  rate: number;
  /** Log records a second at most; undefined where it was not looked for. */
  capacity: number | undefined;
  acknowledged: number;
  received: number;
  scored: number;
  /** Requests that were refused for now, and sent again. */
  refused: number;
  failed: number;
  failures: readonly string[];
  latency: Histogram;
  samples: readonly ProcessSample[];
  retrainings: { ok: number; failed: number };
  readers: readonly StreamRead[];
  /** Anomalies found after the last one that each reader has. */
  unread: number;
  sink: { delivered: number; received: number; troubles: number; pending: number };
  inFlightBytes: number;
  exitCode: number | null;
}

/** One line of the verdict; without a bound it is told only. */
export interface Judged {
  what: string;
  measured: string;
  bound?: string;
  met?: boolean;
}

/** What is left out as warm-up: caches, buffer and models fill. */
const WARM_UP_SHARE = 0.4;
const WARM_UP_HOURS_MAX = 0.5;
/** Garbage and page caches come and go; memory that is lost goes on growing. */
const RISE_MIB_MAX = 96;
const SLOPE_MIB_PER_HOUR_MAX = 4;
const HANDLES_MORE_MAX = 16;
const THREADS_MORE_MAX = 4;

export function judgeSoak(figures: SoakFigures): Judged[] {
  const { latency, retrainings, readers, sink } = figures;
  return [
    {
      what: 'load',
      measured: `${Math.round(figures.rate)} logs/s for ${short(figures.minutes)} min${
        figures.capacity === undefined ? '' : `, of ${Math.round(figures.capacity)} at most`
      }`,
    },
    judgeRecords(figures),
    ...judgeMemory(figures.samples),
    {
      what: 'request to OK, p50 / p99 / max',
      measured: `${[latency.quantile(0.5), latency.quantile(0.99), latency.max].map(short).join(' / ')} ms`,
    },
    ...judgeProcess(figures.samples),
    {
      what: 'retrainings, failed ones',
      measured: `${retrainings.ok}, ${retrainings.failed}`,
      bound: '>= 1, 0',
      met: retrainings.ok >= 1 && retrainings.failed === 0,
    },
    ...readers.map((reader) => judgeReader(reader, figures.unread)),
    {
      what: 'alerts delivered, come to the sink, in trouble, waiting',
      measured: `${sink.delivered}, ${sink.received}, ${sink.troubles}, ${sink.pending}`,
      bound: 'equal, 0, 0',
      met: sink.delivered === sink.received && sink.troubles === 0 && sink.pending === 0,
    },
    {
      what: 'bytes in flight at the end',
      measured: String(figures.inFlightBytes),
      bound: '0',
      met: figures.inFlightBytes === 0,
    },
    { what: 'exit code', measured: String(figures.exitCode), bound: '0', met: figures.exitCode === 0 },
  ];
}

function judgeRecords({ acknowledged, received, scored, failed, refused, failures }: SoakFigures): Judged {
  const why = failures.length === 0 ? '' : `: ${failures.join('; ')}`;
  return {
    what: 'acknowledged = received = scored',
    measured: `${acknowledged} = ${received} = ${scored}; ${refused} requests sent again, ${failed} failed${why}`,
    bound: 'equal, none failed',
    met: acknowledged > 0 && acknowledged === received && acknowledged === scored && failed === 0,
  };
}

function judgeMemory(samples: readonly ProcessSample[]): Judged[] {
  const warm = afterWarmUp(samples);
  const rise = slopeOf(warm.map(({ hours, rssMiB }) => ({ x: hours, y: rssMiB })));
  const bound = Math.max(SLOPE_MIB_PER_HOUR_MAX, RISE_MIB_MAX / hoursOf(warm));
  const all = samples.map(({ rssMiB }) => rssMiB);
  return [
    {
      what: 'resident memory, slope after warm-up',
      measured: warm.length < 2 ? 'unknown' : `${rise.toFixed(1)} MiB/h over ${short(hoursOf(warm) * 60)} min`,
      bound: `<= ${bound.toFixed(1)} MiB/h`,
      met: warm.length >= 2 && rise <= bound,
    },
    {
      what: 'resident memory, first / last / most',
      measured: `${[all[0] ?? 0, all.at(-1) ?? 0, Math.max(0, ...all)].map(Math.round).join(' / ')} MiB`,
    },
  ];
}

function judgeProcess(samples: readonly ProcessSample[]): Judged[] {
  const [first] = afterWarmUp(samples);
  const last = samples.at(-1);
  const most = (of: (sample: ProcessSample) => number) => short(Math.max(0, ...samples.map(of)) * 1000);
  const grown = (what: string, moreMax: number, of: (sample: ProcessSample) => number): Judged => ({
    what: `${what}, after warm-up / at the end`,
    measured: first === undefined || last === undefined ? 'unknown' : `${of(first)} / ${of(last)}`,
    bound: `<= ${moreMax} more`,
    met: first !== undefined && last !== undefined && of(last) - of(first) <= moreMax,
  });
  return [
    {
      what: 'event-loop delay of the main thread, worst p99 / max',
      measured: `${most((one) => one.loopDelayP99Seconds)} / ${most((one) => one.loopDelayMaxSeconds)} ms`,
    },
    grown('open files and sockets', HANDLES_MORE_MAX, ({ handles }) => handles),
    grown('threads', THREADS_MORE_MAX, ({ threads }) => threads),
  ];
}

function judgeReader({ name, events, missed, lastId, ended }: StreamRead, unread: number): Judged {
  return {
    what: `${name}: read + told as missed = anomalies`,
    measured: `${events} + ${missed} = ${lastId}, ${unread} unread${ended ? ', ended early' : ''}`,
    bound: 'equal, 0 unread',
    met: events + missed === lastId && unread === 0 && !ended,
  };
}

function afterWarmUp(samples: readonly ProcessSample[]): readonly ProcessSample[] {
  const warmUpHours = Math.min((samples.at(-1)?.hours ?? 0) * WARM_UP_SHARE, WARM_UP_HOURS_MAX);
  return samples.filter(({ hours }) => hours >= warmUpHours);
}

function hoursOf(samples: readonly ProcessSample[]): number {
  return (samples.at(-1)?.hours ?? 0) - (samples[0]?.hours ?? 0);
}

function short(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}
