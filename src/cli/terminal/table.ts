import { fitted, widthOf } from './printable.ts';

export interface Column {
  title: string;
  align: 'left' | 'right';
}

/** A cell's text, and how it is painted once it has its width. */
export interface Cell {
  text: string;
  paint?: (text: string) => string;
}

const GAP = '  ';

/** Lines of a table: columns as wide as they need, the last one with what is left of `width`. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number): string[] {
  const needed = columns.map(({ title }, column) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[column]!.text)), widthOf(title)),
  );
  const before = needed.slice(0, -1).reduce((sum, one) => sum + one + GAP.length, 0);
  const widths = [...needed.slice(0, -1), Math.max(LAST_MIN, width - before)];
  const lineOf = (cells: readonly Cell[]) =>
    cells
      .map(({ text, paint = (plain) => plain }, column) => {
        const shown = fitted(text, widths[column]!);
        const blanks = ' '.repeat(Math.max(0, widths[column]! - widthOf(shown)));
        const painted = shown === '' ? '' : paint(shown);
        if (columns[column]!.align === 'right') return blanks + painted;
        return painted + (column === columns.length - 1 ? '' : blanks);
      })
      .join(GAP);
  return [lineOf(columns.map(({ title }) => ({ text: title }))), ...rows.map(lineOf)];
}

const LAST_MIN = 20;
