import type { ComponentChildren, JSX } from 'preact';
import type { ClustersAnswer } from '../../serve/schemas/clusters.ts';
import { useWindow } from '../api/use-window.ts';
import { WindowBar } from './window-bar.tsx';
import { windowOf } from './window-form.tsx';
import { windowState } from './window-state.tsx';

interface WindowPageProps {
  view: string;
  query: Readonly<Record<string, string>>;
  /** Shows the window once it is there and has something. */
  children(answer: ClustersAnswer): ComponentChildren;
}

/** A view of the window that the address names: the way to another window, and this one or why there is none. */
export function WindowPage({ view, query, children }: WindowPageProps): JSX.Element {
  const chosen = windowOf(query);
  const loaded = useWindow(chosen);
  return (
    <div class="grid">
      <WindowBar view={view} query={chosen} loaded={loaded} />
      {windowState(loaded, view) ?? (loaded.answer !== undefined && children(loaded.answer))}
    </div>
  );
}
