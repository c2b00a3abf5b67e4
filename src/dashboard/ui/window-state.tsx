import type { JSX } from 'preact';
import type { ClustersAnswer } from '../../serve/schemas/clusters.ts';
import type { LoadedWindow } from '../api/use-window.ts';
import { hrefOf } from '../router.ts';
import { fromTo } from './format.ts';
import { Empty, ErrorBox } from './parts.tsx';
import { Reading } from './reading.tsx';
import { ALL } from './window-form.tsx';

/**
 * What to show of a window that is not there yet, or has nothing; undefined when there is something to show.
 *
 * @param view that shows the window, and another one of its source.
 */
export function windowState(
  { answer, error, loading, progress, reload }: LoadedWindow,
  view: string,
): JSX.Element | undefined {
  if (error !== undefined && !loading) return <ErrorBox error={error} onRetry={reload} />;
  if (answer === undefined) return <Reading title="Reading the window" progress={progress} />;
  if (answer.clusters.length > 0) return undefined;
  const { source, window, file } = answer;
  if (file !== undefined && window === ALL)
    return <Empty title={file.files === 1 ? 'The file is empty' : 'All files are empty'} />;
  return (
    <Empty title="The window is empty">
      <p>
        No log record from {stretchOf(answer)}.{' '}
        {file?.outside_start === undefined && 'Try a longer window or another source.'}
      </p>
      {file?.outside_start !== undefined && file.outside_end !== undefined && (
        <>
          <p>
            {file.files === 1 ? 'What the file has' : 'What the files have'} is from{' '}
            {fromTo(Date.parse(file.outside_start), Date.parse(file.outside_end))}.
          </p>
          <a class="button primary" href={hrefOf(view, { source, window: ALL })}>
            {file.files === 1 ? 'Show the whole file' : 'Show the whole files'}
          </a>
        </>
      )}
    </Empty>
  );
}

/** The time that an answer is about. */
export function stretchOf({ start, end }: Pick<ClustersAnswer, 'start' | 'end'>): string {
  return fromTo(Date.parse(start), Date.parse(end));
}
