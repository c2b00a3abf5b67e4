const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const MINUTE = { hour: '2-digit', minute: '2-digit' } as const;
const SECOND = { ...MINUTE, second: '2-digit' } as const;
/** Over a shorter stretch minutes say nothing. */
const SECONDS_UP_TO_MS = 600_000;
const formats = new Map<string, Intl.DateTimeFormat>();

export function whole(value: number): string {
  return WHOLE.format(value);
}

/** 1.2K, 3.4M. */
export function short(value: number): string {
  return Math.abs(value) < 1000 ? String(Math.round(value * 10) / 10) : SHORT.format(value);
}

function clock(ms: number): string {
  return TIME.format(ms);
}

/** The time of day; the day as well where it is not today. */
export function moment(ms: number, nowMs = Date.now()): string {
  return new Date(ms).toDateString() === new Date(nowMs).toDateString() ? clock(ms) : dayAndTime(ms);
}

/** To the minute; the year as well where it is another. */
export function dayAndTime(ms: number, nowMs = Date.now()): string {
  return dated(ms, !isOfYear(ms, nowMs), false);
}

/** The same to the second. */
export function dayAndSecond(ms: number, nowMs = Date.now()): string {
  return dated(ms, !isOfYear(ms, nowMs), true);
}

/**
 * `27 Nov, 10:15 to 16:15`: both days where they are two, both years where either is another, seconds over a few minutes,
 * and one time where both are that.
 */
export function fromTo(startMs: number, endMs: number, nowMs = Date.now()): string {
  const exact = endMs - startMs < SECONDS_UP_TO_MS;
  const isOfNow = isOfYear(startMs, nowMs) && isOfYear(endMs, nowMs);
  const [start, end] = [startMs, endMs].map((ms) => dated(ms, !isOfNow, exact));
  if (exact && start === end) return `${start}`;
  const isOneDay = new Date(startMs).toDateString() === new Date(endMs).toDateString();
  return `${start} to ${isOneDay ? formatOf(exact ? SECOND : MINUTE).format(endMs) : end}`;
}

function isOfYear(ms: number, nowMs: number): boolean {
  return new Date(ms).getFullYear() === new Date(nowMs).getFullYear();
}

function dated(ms: number, hasYear: boolean, exact: boolean): string {
  const day = { day: '2-digit', month: 'short', ...(hasYear ? { year: 'numeric' as const } : {}) } as const;
  return formatOf({ ...day, ...(exact ? SECOND : MINUTE) }).format(ms);
}

/** Kept: to make one takes far longer than to use it. */
function formatOf(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat('en-GB', options);
  formats.set(key, known);
  return known;
}

/** 5 s, 3 min, 2 h, 4 d. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

export function twoDigits(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 1 ? '< 1' : Math.round(value)} %`;
}
