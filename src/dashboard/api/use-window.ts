import { useState } from 'preact/hooks';
import type { ClustersAnswer } from '../../serve/schemas/clusters.ts';
import type { ProgressEvent } from '../../serve/schemas/progress.ts';
import { getWithProgress } from './client.ts';
import { useLoaded } from './use-loaded.ts';
import type { Loaded } from './use-loaded.ts';

/** The clusters of a window that the address names. */
export interface LoadedWindow extends Loaded<ClustersAnswer> {
  /** While it is loading. */
  progress: ProgressEvent;
}

/** The last one that was read: views that show the same window one after the other do not pull it again. */
const latest: { key: string; answer: ClustersAnswer | undefined } = { key: '', answer: undefined };

/** Pulls and analyses the window; anew when it is reloaded. */
export function useWindow(query: Readonly<Record<string, string>>): LoadedWindow {
  const [progress, setProgress] = useState<ProgressEvent>({ rows: 0 });
  const key = JSON.stringify(query);
  const loaded = useLoaded(key, async (signal) => {
    if (latest.key === key && latest.answer !== undefined) return latest.answer;
    setProgress({ rows: 0 });
    const answer = await getWithProgress<ClustersAnswer>(
      '/clusters',
      { ...query, series: 'true' },
      { signal, onProgress: setProgress },
    );
    Object.assign(latest, { key, answer });
    return answer;
  });
  const reload = () => {
    latest.answer = undefined;
    loaded.reload();
  };
  return { ...loaded, reload, progress };
}
