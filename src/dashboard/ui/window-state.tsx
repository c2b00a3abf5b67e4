import type { JSX } from 'preact';
import type { LoadedWindow } from '../api/use-window.ts';
import { plural } from './format.ts';
import { Empty, ErrorBox } from './parts.tsx';

/** What to show of a window that is not there yet, or has nothing; undefined when there is something to show. */
export function windowState({ answer, error, loading, rows, reload }: LoadedWindow): JSX.Element | undefined {
  if (error !== undefined && !loading) return <ErrorBox error={error} onRetry={reload} />;
  if (answer === undefined) {
    return (
      <div class="empty" role="status">
        <p class="empty-title">Reading the window</p>
        <progress aria-label="Rows read" />
        <p>{rows === 0 ? 'The source is asked.' : `${plural(rows, 'row')} read.`}</p>
      </div>
    );
  }
  if (answer.clusters.length > 0) return undefined;
  return (
    <Empty title="The window is empty">
      <p>
        No log record between {new Date(answer.start).toLocaleString('en-GB')} and{' '}
        {new Date(answer.end).toLocaleString('en-GB')}. Try a longer window or another source.
      </p>
    </Empty>
  );
}
