import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { FeedbackAnswer } from '../../../serve/schemas/feedback.ts';
import { ApiError } from '../../api/api-error.ts';
import { get, post, remove } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { ErrorBox, Panel } from '../../ui/parts.tsx';

type Mark = FeedbackAnswer['feedback'][number]['mark'];

const SAYS: Readonly<Record<Mark, string>> = {
  expected: 'Its templates are expected: they are learnt and stay quiet.',
  watch: 'Its templates are watched: each of their lines is told.',
};

/** Marks all templates of an incident, or takes that back. */
export function FeedbackButtons({ incident }: { incident: string }): JSX.Element {
  const { answer, error, reload } = useLoaded(`feedback ${incident}`, (signal) =>
    get<FeedbackAnswer>('/feedback', {}, signal),
  );
  const [failure, setFailure] = useState<ApiError>();
  const mark = answer?.feedback.find((one) => one.incident === incident)?.mark;
  const act = (call: () => Promise<unknown>) => () => {
    setFailure(undefined);
    call().then(reload, (reason: unknown) =>
      setFailure(reason instanceof ApiError ? reason : new ApiError(0, 'unknown', String(reason))),
    );
  };
  const give = (wanted: Mark) => act(() => post('/feedback', { incident, mark: wanted }));
  const wrong = failure ?? error;
  return (
    <Panel title="What do you make of it?">
      <div class="panel-body grid">
        {wrong !== undefined && <ErrorBox error={wrong} />}
        <div class="row">
          <button type="button" class="button" aria-pressed={mark === 'expected'} onClick={give('expected')}>
            Expected
          </button>
          <button type="button" class="button" aria-pressed={mark === 'watch'} onClick={give('watch')}>
            Watch
          </button>
          {mark !== undefined && (
            <button type="button" class="button" onClick={act(() => remove('/feedback', { incident }))}>
              Take it back
            </button>
          )}
        </div>
        <p class="muted" role="status">
          {mark === undefined
            ? 'Expected: learn it and stay quiet about it. Watch: tell me of each of its lines.'
            : SAYS[mark]}
        </p>
      </div>
    </Panel>
  );
}
