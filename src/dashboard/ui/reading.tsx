import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ProgressEvent } from '../../serve/schemas/progress.ts';
import { plural } from './format.ts';

/** While rows are read, of which nobody knows how many there are. */
export function Reading({ title, progress }: { title: string; progress: ProgressEvent }): JSX.Element {
  const { rows, retry } = progress;
  const asked = retry === undefined ? 'Waiting for the first rows.' : undefined;
  const said = rows === 0 ? asked : `${plural(rows, 'row')} read.`;
  return (
    <div class="empty" role="status">
      <p class="empty-title">{title}</p>
      <progress aria-label="Rows read" />
      {said !== undefined && <p>{said}</p>}
      {retry !== undefined && <Again retry={retry} />}
    </div>
  );
}

/** What failed, and when the next try comes. */
function Again({ retry }: { retry: NonNullable<ProgressEvent['retry']> }): JSX.Element {
  const { problem, attempt, attempts_max: most, wait_seconds: wait } = retry;
  const left = useSecondsLeft(retry, wait);
  return (
    <>
      <p>
        Try {attempt} of {most} failed. {/* Once a second is too often to be read out. */}
        <span role="timer" aria-live="off">
          {left > 0 ? `The next comes in ${left} s.` : 'The next is under way.'}
        </span>
      </p>
      <p class="muted wrap">{problem}</p>
    </>
  );
}

/** Whole seconds, counted down from when `of` was first seen. */
function useSecondsLeft(of: unknown, seconds: number): number {
  const [state, setState] = useState({ of, left: Math.ceil(seconds) });
  useEffect(() => {
    const endMs = performance.now() + seconds * 1000;
    const tell = () => setState({ of, left: Math.max(0, Math.ceil((endMs - performance.now()) / 1000)) });
    tell();
    const timer = setInterval(tell, 250);
    return () => clearInterval(timer);
  }, [of]);
  return state.of === of ? state.left : Math.ceil(seconds);
}
