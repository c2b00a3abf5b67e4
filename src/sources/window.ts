import { parseIsoInstant } from './iso-instant.ts';

const HOUR_MS = 3_600_000;
const HOURS_MAX = 8760;
/** 9999-12-31, the last instant that ISO 8601 writes with four digits of year. */
const INSTANT_MAX_MS = 253_402_300_799_999;
const WINDOWS = '1h, 6h, 12h, 24h, 1d, 7d, minutes (30m), bare hours (3h, 48) or custom with hours= or start= and end=';
const HOURS_OF_UNIT: Readonly<Record<string, number>> = { m: 1 / 60, h: 1, d: 24 };

/** Instead of a length: a file from its first row to its last. */
export const ALL = 'all';

/** A stretch of time that is analysed: `startMs` belongs to it, `endMs` does not. */
export interface TimeWindow {
  /** Epoch milliseconds. */
  startMs: number;
  endMs: number;
  /** As answered to the user: `30m`, `6h`, `7d`, `48h`, `custom`. */
  label: string;
  lookbackHours: number;
}

/** The query's parameters as they came: absent, empty, text or (from a JSON body) numbers. */
export interface WindowParameters {
  window?: string | number | undefined;
  hours?: string | number | undefined;
  start?: string | number | undefined;
  end?: string | number | undefined;
}

export interface WindowDefaults {
  nowMs: number;
  defaultLookbackHours: number;
}

/** A window parameter that cannot be used. The message names it, its value and what is allowed. */
export class WindowError extends Error {
  readonly code = 'invalid_window';
  readonly parameter: keyof WindowParameters;

  constructor(parameter: keyof WindowParameters, message: string) {
    super(message);
    this.name = 'WindowError';
    this.parameter = parameter;
  }
}

/**
 * The window that a query asks for. `start` and `end` win over a length; with only one of them, the length (or the
 * default) gives the other. With neither, the window ends now.
 */
export function parseWindow(parameters: WindowParameters, defaults: WindowDefaults): TimeWindow {
  const length = parseLength(textOf(parameters.window), textOf(parameters.hours));
  const startMs = parseInstant('start', textOf(parameters.start));
  const endMs = parseInstant('end', textOf(parameters.end));
  if (startMs === undefined && endMs === undefined) {
    if (length?.hours === undefined && length?.label === 'custom')
      throw new WindowError('window', 'window=custom needs hours=, or start= and end=, to say which stretch it means');
    return endingAt(defaults.nowMs, length?.hours ?? defaults.defaultLookbackHours, length?.label);
  }
  const lengthMs = (length?.hours ?? defaults.defaultLookbackHours) * HOUR_MS;
  const end = endMs ?? (startMs !== undefined && length?.hours !== undefined ? startMs + lengthMs : defaults.nowMs);
  return between(startMs ?? end - lengthMs, end, parameters);
}

interface Length {
  label: string;
  hours: number | undefined;
}

function parseLength(window: string | undefined, hoursText: string | undefined): Length | undefined {
  const hours = hoursText === undefined ? undefined : parseHours(hoursText);
  if (window === undefined || window.toLowerCase() === 'custom') {
    return window === undefined && hours === undefined ? undefined : { label: 'custom', hours };
  }
  const match = /^(\d{1,6}(?:\.\d{1,6})?)([mhd]?)$/i.exec(window);
  const unit = match?.[2]?.toLowerCase() || 'h';
  const named = Number(match?.[1]) * (HOURS_OF_UNIT[unit] as number);
  if (!(named > 0 && named <= HOURS_MAX)) {
    throw new WindowError('window', `window=${shown(window)} is not one of ${WINDOWS}, at most ${HOURS_MAX} hours`);
  }
  if (hours !== undefined && hours !== named) {
    throw new WindowError(
      'hours',
      `hours=${shown(hoursText)} contradicts window=${window}: give one, or window=custom`,
    );
  }
  return { label: `${Number(match?.[1])}${unit}`, hours: named };
}

function parseHours(text: string): number {
  const hours = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (hours > 0 && hours <= HOURS_MAX) return hours;
  throw new WindowError('hours', `hours=${shown(text)} is not a number of hours above 0 and up to ${HOURS_MAX}`);
}

function parseInstant(parameter: 'start' | 'end', text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : parseIsoInstant(text);
  if (ms >= 0 && ms <= INSTANT_MAX_MS) return ms;
  const allowed = 'an ISO 8601 time (2026-01-31T08:00:00Z; without a zone it is UTC) or epoch milliseconds';
  throw new WindowError(parameter, `${parameter}=${shown(text)} is not ${allowed}`);
}

function endingAt(endMs: number, hours: number, label: string | undefined): TimeWindow {
  return { startMs: endMs - hours * HOUR_MS, endMs, label: label ?? `${hours}h`, lookbackHours: hours };
}

function between(startMs: number, endMs: number, parameters: WindowParameters): TimeWindow {
  if (startMs < endMs) return { startMs, endMs, label: 'custom', lookbackHours: (endMs - startMs) / HOUR_MS };
  const parameter = textOf(parameters.start) === undefined ? 'end' : 'start';
  const got = `start ${new Date(startMs).toISOString()}, end ${new Date(endMs).toISOString()}`;
  throw new WindowError(parameter, `the window is empty: start must be before end, got ${got}`);
}

function textOf(value: string | number | undefined): string | undefined {
  const text = value === undefined ? '' : String(value).trim();
  return text === '' ? undefined : text;
}

/** A user's text as an error message may carry it. */
function shown(text: string | undefined): string {
  return JSON.stringify((text ?? '').slice(0, 64));
}
