import type { JSX } from 'preact';
import type { LoadedWindow } from '../api/use-window.ts';
import { fromTo } from './format.ts';
import { Empty, ErrorBox } from './parts.tsx';
import { Reading } from './reading.tsx';

/** What to show of a window that is not there yet, or has nothing; undefined when there is something to show. */
export function windowState({ answer, error, loading, progress, reload }: LoadedWindow): JSX.Element | undefined {
  if (error !== undefined && !loading) return <ErrorBox error={error} onRetry={reload} />;
  if (answer === undefined) return <Reading title="Reading the window" progress={progress} />;
  if (answer.clusters.length > 0) return undefined;
  return (
    <Empty title="The window is empty">
      <p>
        No log record from {fromTo(Date.parse(answer.start), Date.parse(answer.end))}. Try a longer window or another
        source.
      </p>
    </Empty>
  );
}
