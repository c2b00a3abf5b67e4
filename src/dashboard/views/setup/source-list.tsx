import type { JSX } from 'preact';
import type { SourcesAnswer } from '../../../serve/schemas/sources.ts';
import { get } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { hrefOf } from '../../router.ts';
import { ErrorBox, Panel } from '../../ui/parts.tsx';

type Source = SourcesAnswer['sources'][number];

/** Where windows can be pulled from. Which settings are there is shown, never what they are. */
export function SourceList(): JSX.Element {
  const { answer, error, reload } = useLoaded('sources', (signal) => get<SourcesAnswer>('/sources', {}, signal));
  const sources = (answer?.sources ?? []).toSorted((a, b) => Number(b.configured) - Number(a.configured));
  return (
    <Panel title="Sources">
      {error !== undefined && <ErrorBox error={error} onRetry={reload} />}
      <ul class="setup-list">
        {sources.map((source) => (
          <Item key={source.source} source={source} />
        ))}
      </ul>
    </Panel>
  );
}

function Item({ source: one }: { source: Source }): JSX.Element {
  return (
    <li>
      <details>
        <summary class="unfolds">
          <span class={`badge ${one.configured ? 'good' : ''}`}>{one.configured ? 'configured' : 'not set'}</span>
          <strong>{one.title}</strong>
          <span class="muted wrap">{one.description}</span>
        </summary>
        <div class="setup-body">
          {one.credentials.length > 0 && (
            <ul class="keys">
              {one.credentials.map((option) => (
                <li key={option.key}>
                  <span class={`dot ${option.is_set ? 'good' : ''}`} />
                  <span>
                    <code>{option.variable}</code>
                    {option.is_set ? ' set' : option.required ? ' required, not set' : ' not set'}
                    {option.secret && ', secret'}
                  </span>
                  <span class="muted wrap">{option.description}</span>
                </li>
              ))}
            </ul>
          )}
          {one.configured && (
            <a class="button" href={hrefOf('windows', { source: one.source, window: '1h' })}>
              Show the last hour
            </a>
          )}
        </div>
      </details>
    </li>
  );
}
