import type { CompareAnswer } from '../../../serve/schemas/compare.ts';
import { short, whole } from '../../ui/format.ts';
import type { Column } from '../../ui/long-table.tsx';

export type Compared = CompareAnswer['templates'][number];
export type Change = Compared['change'];

export const CHANGES: readonly Change[] = ['new', 'gone', 'more', 'fewer', 'same'];
const CELL_CHARS = 300;

/** The colours of the map; those of the dots in compare.css. */
const COLOURS: Readonly<Record<Change, string>> = {
  new: '#e5484d',
  gone: '#8b5cf6',
  more: '#e08a00',
  fewer: '#2f7de1',
  same: '#98a2b3',
};
const TONES: Readonly<Record<Change, string>> = { new: 'bad', gone: 'info', more: 'warn', fewer: 'info', same: '' };

export function changeColour(change: Change): string {
  return COLOURS[change];
}

/** Of a badge. */
export function changeTone(change: Change): string {
  return TONES[change];
}

export function compareColumns(onPick: (compared: Compared) => void): Column<Compared>[] {
  return [
    {
      name: 'template',
      title: 'Template',
      order: ({ template }) => template,
      cell: (one) => (
        <button type="button" class="row-link" title={one.template.slice(0, CELL_CHARS)} onClick={() => onPick(one)}>
          {one.template.slice(0, CELL_CHARS) || '(empty line)'}
        </button>
      ),
    },
    {
      name: 'change',
      title: 'Change',
      order: ({ change }) => CHANGES.length - CHANGES.indexOf(change),
      cell: ({ change }) => <span class={`badge ${changeTone(change)}`}>{change}</span>,
    },
    { name: 'service', title: 'Service', order: ({ service }) => service, cell: ({ service }) => service.slice(0, 60) },
    {
      name: 'a',
      title: 'A, a minute',
      isNumber: true,
      order: ({ rate_a: rate }) => rate,
      cell: ({ rate_a: rate }) => rateText(rate),
    },
    {
      name: 'b',
      title: 'B, a minute',
      isNumber: true,
      order: ({ rate_b: rate }) => rate,
      cell: ({ rate_b: rate }) => rateText(rate),
    },
    {
      name: 'ratio',
      title: 'Ratio',
      isNumber: true,
      order: ({ ratio }) => ratio ?? Infinity,
      cell: ({ ratio, change }) => (ratio === null || change === 'new' || change === 'gone' ? '' : `× ${short(ratio)}`),
    },
    {
      name: 'p',
      title: 'By chance',
      isNumber: true,
      order: ({ p_value: p }) => p,
      cell: ({ p_value: p }) => chanceText(p),
    },
  ];
}

/** A template that was there is never told as 0. */
export function rateText(rate: number): string {
  if (rate > 0 && rate < 0.005) return '< 0.01';
  return rate >= 100 ? whole(rate) : String(Math.round(rate * 100) / 100);
}

/** How likely so large a difference is where nothing has changed; a template of a line or two may well be gone by chance. */
export function chanceText(p: number): string {
  if (p >= 0.5) return 'likely';
  if (p < 0.0001) return '< 0.01 %';
  return `${Math.round(p * 10_000) / 100} %`;
}
