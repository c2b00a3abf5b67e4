import type { JSX } from 'preact';
import type { CompareAnswer } from '../../../serve/schemas/compare.ts';
import { hrefOf } from '../../router.ts';
import { fromTo } from '../../ui/format.ts';

/** The stretch that a file has rows of, in epoch milliseconds; `endMs` is behind the last. */
export interface FileHalves {
  source: string;
  files: number;
  startMs: number;
  middleMs: number;
  endMs: number;
}

/** What to compare instead where a file has nothing in one of the windows: that one was told all the times of the file. */
export function halvesOf({ source, a, b }: CompareAnswer): FileHalves | undefined {
  const empty = [a, b].find(({ log_count: count }) => count === 0);
  const { files = 1, outside_start: start, outside_end: end } = empty?.file ?? {};
  if (start === undefined || end === undefined || start === end) return undefined;
  const [firstMs, lastMs] = [Date.parse(start), Date.parse(end)];
  // Fields for times know seconds, and what they say is what the next comparison is of.
  const stepMs = lastMs - firstMs < 10_000 ? 1 : 1000;
  const startMs = Math.floor(firstMs / stepMs) * stepMs;
  const endMs = (Math.floor(lastMs / stepMs) + 1) * stepMs;
  const middleMs = Math.ceil((startMs + endMs) / 2 / stepMs) * stepMs;
  return { source, files, startMs, middleMs, endMs };
}

export function HalvesOffer({ halves }: { halves: FileHalves }): JSX.Element {
  const { source, files, startMs, middleMs, endMs } = halves;
  const [start, middle, end] = [startMs, middleMs, endMs].map((ms) => new Date(ms).toISOString());
  return (
    <div class="grid">
      <p>
        {files === 1 ? 'What the file has' : 'What the files have'} is from {fromTo(startMs, endMs)}.
      </p>
      <p>
        <a class="button" href={hrefOf('compare', { source, a: `${start}/${middle}`, b: `${middle}/${end}` })}>
          {files === 1 ? 'Compare its first half with its second' : 'Compare their first half with their second'}
        </a>
      </p>
    </div>
  );
}
