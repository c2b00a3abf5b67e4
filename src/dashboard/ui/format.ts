const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit' });

export function whole(value: number): string {
  return WHOLE.format(value);
}

/** 1.2K, 3.4M. */
export function short(value: number): string {
  return Math.abs(value) < 1000 ? String(Math.round(value * 10) / 10) : SHORT.format(value);
}

export function clock(ms: number): string {
  return TIME.format(ms);
}

/** The time of day; the day as well where it is not today. */
export function moment(ms: number, nowMs = Date.now()): string {
  return new Date(ms).toDateString() === new Date(nowMs).toDateString() ? clock(ms) : dayAndTime(ms);
}

export function dayAndTime(ms: number): string {
  return DAY.format(ms);
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
