import type { ComponentChildren, JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import './long-table.css';

export interface Column<Row> {
  name: string;
  title: string;
  isNumber?: boolean;
  cell(row: Row): ComponentChildren;
  /** What it is sorted by; columns without are not. */
  order?(row: Row): number | string;
}

interface LongTableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf(row: Row): string;
  selected?: string | undefined;
  /** The column that rows are sorted by, with a minus before it when the largest come first. */
  sort: string;
  onSort(sort: string): void;
  onPick(row: Row): void;
}

const ROW_PX = 40;
const VIEW_PX = 560;
const SPARE_ROWS = 8;

/** A table of any length, of which only the rows in view are drawn. */
export function LongTable<Row>(props: LongTableProps<Row>): JSX.Element {
  const { label, columns, rows, keyOf, selected, sort, onSort, onPick } = props;
  const [top, setTop] = useState(0);
  const place = useRef<HTMLDivElement>(null);
  const first = Math.max(0, Math.floor(top / ROW_PX) - SPARE_ROWS);
  const last = Math.min(rows.length, Math.ceil((top + VIEW_PX) / ROW_PX) + SPARE_ROWS);
  const changeSort = (name: string) => {
    onSort(sort === `-${name}` ? name : `-${name}`);
    place.current?.scrollTo({ top: 0 });
  };
  return (
    <div
      class="long-table"
      ref={place}
      tabIndex={0}
      role="region"
      aria-label={label}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <table class="table" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map(({ name, title, isNumber, order }) => (
              <th
                key={name}
                scope="col"
                class={`col-${name} ${isNumber === true ? 'number' : ''}`}
                aria-sort={sortOf(sort, name)}
              >
                {order === undefined ? (
                  title
                ) : (
                  <button type="button" class="sort" onClick={() => changeSort(name)}>
                    {title}
                    <span aria-hidden="true">{sort === name ? ' ↑' : sort === `-${name}` ? ' ↓' : ''}</span>
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} columns={columns.length} />
          {rows.slice(first, last).map((row, i) => (
            <tr
              key={keyOf(row)}
              aria-rowindex={first + i + 2}
              class={keyOf(row) === selected ? 'selected' : ''}
              onClick={() => onPick(row)}
            >
              {columns.map((column) => (
                <td key={column.name} class={`col-${column.name} ${column.isNumber === true ? 'number' : ''}`}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
          <Gap rows={rows.length - last} columns={columns.length} />
        </tbody>
      </table>
    </div>
  );
}

/** In place of rows that are not drawn. */
function Gap({ rows, columns }: { rows: number; columns: number }): JSX.Element | null {
  if (rows <= 0) return null;
  return (
    <tr aria-hidden="true" class="gap">
      <td colSpan={columns} style={{ height: `${rows * ROW_PX}px` }} />
    </tr>
  );
}

function sortOf(sort: string, name: string): 'ascending' | 'descending' | 'none' {
  if (sort === name) return 'ascending';
  return sort === `-${name}` ? 'descending' : 'none';
}

/** The rows in the order of the column that `sort` names; equal ones keep theirs. */
export function sorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: string): Row[] {
  const isDescending = sort.startsWith('-');
  const order = columns.find(({ name }) => name === sort.replace(/^-/, ''))?.order;
  if (order === undefined) return [...rows];
  const sign = isDescending ? -1 : 1;
  return rows
    .map((row) => ({ row, by: order(row) }))
    .toSorted((a, b) => (a.by < b.by ? -sign : a.by > b.by ? sign : 0))
    .map(({ row }) => row);
}
