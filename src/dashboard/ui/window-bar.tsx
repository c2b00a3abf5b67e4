import type { JSX } from 'preact';
import type { LoadedWindow } from '../api/use-window.ts';
import { go } from '../router.ts';
import { plural } from './format.ts';
import { WindowForm } from './window-form.tsx';
import type { WindowQuery } from './window-form.tsx';
import { stretchOf } from './window-state.tsx';

interface WindowBarProps {
  view: string;
  query: WindowQuery;
  loaded: LoadedWindow;
}

/** Which window a view shows, and the way to another. */
export function WindowBar({ view, query, loaded }: WindowBarProps): JSX.Element {
  const { answer, loading, reload } = loaded;
  const submit = (chosen: Record<string, string>) => {
    // The same one again is meant to be read anew.
    if (JSON.stringify(chosen) === JSON.stringify(query)) reload();
    else go(view, chosen);
  };
  return (
    <div class="window-bar">
      <WindowForm query={query} busy={loading} onSubmit={submit} />
      {answer !== undefined && (
        <p class="muted" role="status">
          {plural(answer.log_count, 'row')}, {plural(answer.cluster_count, 'template')} · {stretchOf(answer)}
          {answer.truncated && ' · the newest of them'}
        </p>
      )}
    </div>
  );
}
