/**
 * The unit of a detail's numbers in words: `lines in 16200 s` becomes `lines in 4 h 30 min`, and one of them is a line.
 */
export function unitWords(unit: string, count: number): string {
  const timed = unit.replace(/\b\d+ s\b/, (text) => durationWords(Number.parseInt(text, 10)));
  return count === 1 ? timed.replace(/\blines\b/, 'line') : timed;
}

/** In the two largest units that count, and in seconds up to two minutes. */
function durationWords(seconds: number): string {
  if (seconds <= 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? both(hours, 'h', minutes % 60, 'min') : both(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function both(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
