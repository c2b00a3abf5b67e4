import type { JSX } from 'preact';
import type { SourcesAnswer } from '../../serve/schemas/sources.ts';
import { get } from '../api/client.ts';
import { useLoaded } from '../api/use-loaded.ts';

export type Source = SourcesAnswer['sources'][number];

/** All sources there are; undefined until that is known. */
export function useSources(): readonly Source[] | undefined {
  return useLoaded('sources', (signal) => get<SourcesAnswer>('/sources', {}, signal)).answer?.sources;
}

/** Whether a source is read from its first row to its last where the window is called `all`. */
export function takesAll(sources: readonly Source[] | undefined, name: string): boolean {
  return sources?.find(({ source }) => source === name)?.supports.whole === true;
}

interface SourceSelectProps {
  sources: readonly Source[] | undefined;
  chosen: string;
  onChoose(source: string): void;
}

/** The field `source` of a form: all there are, and which of them are configured. */
export function SourceSelect({ sources, chosen, onChoose }: SourceSelectProps): JSX.Element {
  return (
    <label class="field">
      <span>Source</span>
      <select
        name="source"
        key={sources === undefined ? 'none' : 'all'}
        onChange={(event) => onChoose(event.currentTarget.value)}
      >
        {sources === undefined && <option value={chosen}>{chosen}</option>}
        {sources?.map(({ source, title, configured }) => (
          <option key={source} value={source} selected={source === chosen}>
            {title}
            {configured ? '' : ' (not configured)'}
          </option>
        ))}
      </select>
    </label>
  );
}
