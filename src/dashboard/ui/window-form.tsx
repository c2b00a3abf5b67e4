import type { JSX, TargetedSubmitEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { fieldOf } from './parts.tsx';
import { SourceSelect, takesAll, useSources } from './source-select.tsx';

/** A source and a window of it, as the API takes them. */
export type WindowQuery = Readonly<Record<string, string>>;

const LENGTHS = ['1h', '6h', '12h', '24h', '7d'];
const DEFAULT_SOURCE = 'otlp';
const DEFAULT_LENGTH = '6h';
/** As the API calls a window without a beginning and an end. */
export const ALL = 'all';

/** How the window is said: a length that ends now, two times, or no bounds at all. */
type Kind = 'relative' | 'absolute' | 'all';

interface WindowFormProps {
  query: WindowQuery;
  busy?: boolean;
  onSubmit(query: Record<string, string>): void;
}

/** Chooses a source, and a window: a length that ends now, two times, or, of files, the whole. */
export function WindowForm({ query, busy = false, onSubmit }: WindowFormProps): JSX.Element {
  const sources = useSources();
  const [source, setSource] = useState(query['source'] ?? DEFAULT_SOURCE);
  const [kind, setKind] = useState(kindOf(query));
  const [wrong, setWrong] = useState('');
  const place = useRef<HTMLFormElement>(null);
  const address = JSON.stringify(query);
  useEffect(() => {
    setSource(query['source'] ?? DEFAULT_SOURCE);
    setKind(kindOf(query));
    setWrong('');
    if (place.current !== null) fill(place.current, query);
  }, [address]);
  const isWhole = kind === 'all' || takesAll(sources, source);
  const choose = (name: string) => {
    setSource(name);
    // Lines of files are rarely of the last hours; two times that somebody has set stay.
    if (takesAll(sources, name)) setKind((before) => (before === 'relative' ? 'all' : before));
    else setKind((before) => (before === 'all' ? 'relative' : before));
  };
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const form = new FormData(event.currentTarget);
    const field = (name: string) => fieldOf(form, name);
    if (kind !== 'absolute') {
      onSubmit({ source: field('source'), window: kind === 'all' ? ALL : field('window') });
      return;
    }
    const [start, end] = [new Date(field('start')), new Date(field('end'))];
    const isRight = start.getTime() < end.getTime();
    setWrong(isRight ? '' : 'The start has to be before the end.');
    if (isRight) onSubmit({ source: field('source'), start: start.toISOString(), end: end.toISOString() });
  };
  return (
    <form class="window-form" ref={place} onSubmit={submit}>
      <SourceSelect sources={sources} chosen={source} onChoose={choose} />
      <label class="field">
        <span>Window</span>
        <select name="kind" value={kind} onChange={(event) => setKind(event.currentTarget.value as Kind)}>
          {isWhole && <option value="all">the whole file</option>}
          <option value="relative">up to now</option>
          <option value="absolute">between two times</option>
        </select>
      </label>
      {kind === 'absolute' && <Times query={query} />}
      {kind === 'relative' && <Length chosen={lengthOf(query)} />}
      <button type="submit" class="button primary" aria-disabled={busy}>
        {busy ? 'Reading' : 'Show'}
      </button>
      {wrong !== '' && (
        <p class="field-error" role="alert">
          {wrong}
        </p>
      )}
    </form>
  );
}

function kindOf({ window, start }: WindowQuery): Kind {
  if (start !== undefined) return 'absolute';
  return window === ALL ? 'all' : 'relative';
}

function lengthOf({ window = ALL }: WindowQuery): string {
  return window === ALL ? DEFAULT_LENGTH : window;
}

/** Fields that stay take what another address says; made anew, they would lose the focus. */
function fill(form: HTMLFormElement, query: WindowQuery): void {
  for (const [name, value] of Object.entries(windowOf(query))) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLSelectElement) field.value = value;
    if (field instanceof HTMLInputElement) field.value = localTime(new Date(value));
  }
}

function Length({ chosen }: { chosen: string }): JSX.Element {
  const lengths = LENGTHS.includes(chosen) ? LENGTHS : [chosen, ...LENGTHS];
  return (
    <label class="field">
      <span>Length</span>
      <select name="window">
        {lengths.map((length) => (
          <option key={length} value={length} selected={length === chosen}>
            {length}
          </option>
        ))}
      </select>
    </label>
  );
}

function Times({ query }: { query: WindowQuery }): JSX.Element {
  const end = query['end'] === undefined ? new Date() : new Date(query['end']);
  const start = query['start'] === undefined ? new Date(end.getTime() - 3_600_000) : new Date(query['start']);
  return (
    <>
      <label class="field">
        <span>Start</span>
        <input type="datetime-local" name="start" step="1" required defaultValue={localTime(start)} />
      </label>
      <label class="field">
        <span>End</span>
        <input type="datetime-local" name="end" step="1" required defaultValue={localTime(end)} />
      </label>
    </>
  );
}

/** As the input has it: the reader's own time, without a zone. */
export function localTime(date: Date): string {
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** What the address says of the window; the live buffer without it, and a file in whole, as the API has them. */
export function windowOf(query: Readonly<Record<string, string>>): WindowQuery {
  const { source = DEFAULT_SOURCE, window, start, end } = query;
  if (start !== undefined) return { source, start, ...(end === undefined ? {} : { end }) };
  return { source, window: window ?? (source === 'file' ? ALL : DEFAULT_LENGTH) };
}
