/** One line of the benchmark's table. */
export interface Figure {
  section: string;
  what: string;
  ours: string;
  peer: string;
  ratio: string;
  wanted: string;
  /** Undefined where nothing was wanted. */
  met?: boolean | undefined;
}

/** A table for a terminal: columns as wide as their longest cell. */
export function formatTable(figures: readonly Figure[]): string {
  const head = ['section', 'what', 'Halfspace', 'peer', 'ratio', 'wanted', ''];
  const rows = figures.map((figure) => [
    figure.section,
    figure.what,
    figure.ours,
    figure.peer,
    figure.ratio,
    figure.wanted,
    figure.met === undefined ? '' : figure.met ? 'met' : 'MISSED',
  ]);
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)]
    .map((text) => text.trimEnd())
    .join('\n');
}

/** 1,234,567 as `1.23 M`. */
export function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 1e3) return `${(value / 1e3).toFixed(1)} k`;
  return value.toFixed(value < 10 ? 2 : 0);
}

export function perCpuSecond(rate: number): string {
  return `${short(rate)} lines/CPU s`;
}
