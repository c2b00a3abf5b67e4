/** A table for a terminal: columns as wide as their longest cell; the first `words` read from the left, the others from the right. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[], words = 1): string {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    widths
      .map((width, column) =>
        column < words ? (cells[column] ?? '').padEnd(width) : (cells[column] ?? '').padStart(width),
      )
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** A share as `.83`, `1.00`; `-` where there was nothing to count. */
export function share(value: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(2).replace(/^0/, '');
}

/** A number with a sensible count of decimals; `-` where there was nothing to count. */
export function amount(value: number): string {
  if (Number.isNaN(value)) return '-';
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
