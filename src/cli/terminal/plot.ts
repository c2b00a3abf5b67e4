/** A point of the map, 0 to 100 either way; `x` to the right, `y` upwards. */
export interface PlotPoint {
  x: number;
  y: number;
  /** One cell wide. */
  mark: string;
  paint: (text: string) => string;
}

/** Lines of a framed plot. Where several points share a cell the last of them is seen. */
export function plotLines(points: readonly PlotPoint[], columns: number, rows: number): string[] {
  const cells: (PlotPoint | undefined)[][] = Array.from({ length: rows }, () =>
    Array.from<PlotPoint | undefined>({ length: columns }),
  );
  for (const point of points) {
    cells[rows - 1 - cellOf(point.y, rows)]![cellOf(point.x, columns)] = point;
  }
  const edge = '─'.repeat(columns);
  const inside = cells.map(
    (row) => `│${row.map((point) => (point === undefined ? ' ' : point.paint(point.mark))).join('')}│`,
  );
  return [`┌${edge}┐`, ...inside, `└${edge}┘`];
}

/** Lines that a map of so many points takes: few of them would leave most of a tall one blank. */
export function plotRows(points: number): number {
  return Math.min(PLOT_ROWS.max, Math.max(PLOT_ROWS.min, points));
}

const PLOT_ROWS = { min: 6, max: 18 };

function cellOf(value: number, cells: number): number {
  return Math.min(cells - 1, Math.max(0, Math.floor((value / 100) * cells)));
}
