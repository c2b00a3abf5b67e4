import { useCallback, useEffect, useState } from 'preact/hooks';
import { ApiError } from './api-error.ts';
import { onSecret } from './secret.ts';

export interface Loaded<Answer> {
  /** The last one that came, also while the next is on its way. */
  answer: Answer | undefined;
  error: ApiError | undefined;
  loading: boolean;
  reload(): void;
}

/** Loads when it is first shown, when `key` changes, every `everyMs` where set, and once there is another secret. */
export function useLoaded<Answer>(
  key: string,
  load: (signal: AbortSignal) => Promise<Answer>,
  everyMs?: number,
): Loaded<Answer> {
  const [round, setRound] = useState(0);
  const [state, setState] = useState<Omit<Loaded<Answer>, 'reload'>>({
    answer: undefined,
    error: undefined,
    loading: true,
  });
  const reload = useCallback(() => setRound((before) => before + 1), []);
  useEffect(() => onSecret(reload), [reload]);
  useEffect(() => setState({ answer: undefined, error: undefined, loading: true }), [key]);
  useEffect(() => {
    const leaving = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    setState((before) => ({ ...before, loading: true }));
    load(leaving.signal)
      .then(
        (answer) => setState({ answer, error: undefined, loading: false }),
        (error: unknown) => {
          if (leaving.signal.aborted) return;
          const known = error instanceof ApiError ? error : new ApiError(0, 'unknown', String(error));
          setState((before) => ({ ...before, error: known, loading: false }));
        },
      )
      .finally(() => {
        if (everyMs !== undefined && !leaving.signal.aborted) timer = setTimeout(reload, everyMs);
      });
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
    // `load` is made anew at every rendering; what it loads is in the key.
  }, [key, round]);
  return { ...state, reload };
}
