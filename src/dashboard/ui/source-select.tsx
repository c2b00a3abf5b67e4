import type { JSX } from 'preact';
import type { SourcesAnswer } from '../../serve/schemas/sources.ts';
import { get } from '../api/client.ts';
import { useLoaded } from '../api/use-loaded.ts';

/** The field `source` of a form: all there are, and which of them are configured. */
export function SourceSelect({ chosen }: { chosen: string }): JSX.Element {
  const { answer } = useLoaded('sources', (signal) => get<SourcesAnswer>('/sources', {}, signal));
  return (
    <label class="field">
      <span>Source</span>
      <select name="source" key={answer === undefined ? 'none' : 'all'}>
        {answer === undefined && <option value={chosen}>{chosen}</option>}
        {answer?.sources.map(({ source, title, configured }) => (
          <option key={source} value={source} selected={source === chosen}>
            {title}
            {configured ? '' : ' (not configured)'}
          </option>
        ))}
      </select>
    </label>
  );
}
