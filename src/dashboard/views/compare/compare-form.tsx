import type { JSX, TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import type { SourcesAnswer } from '../../../serve/schemas/sources.ts';
import { get } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { fieldOf } from '../../ui/parts.tsx';
import { localTime } from '../../ui/window-form.tsx';

const LENGTHS = ['1h', '3h', '6h', '12h', '24h', '7d'];
const BETWEEN = 'between';

interface CompareFormProps {
  query: Readonly<Record<string, string>>;
  onSubmit(query: Record<string, string>): void;
}

/** Chooses the two windows of a comparison; what overlaps belongs to the later one. */
export function CompareForm({ query, onSubmit }: CompareFormProps): JSX.Element {
  const { answer } = useLoaded('sources', (signal) => get<SourcesAnswer>('/sources', {}, signal));
  const [wrong, setWrong] = useState('');
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const a = sideOf(form, 'a');
    const b = sideOf(form, 'b');
    const isRight = a !== undefined && b !== undefined;
    setWrong(isRight ? '' : 'Each window has to end after its start.');
    if (isRight) onSubmit({ source: fieldOf(form, 'source'), a, b });
  };
  const source = query['source'] ?? 'otlp';
  return (
    <form class="window-form" onSubmit={submit}>
      <label class="field">
        <span>Source</span>
        <select name="source" key={answer === undefined ? 'none' : 'all'} defaultValue={source}>
          {answer === undefined && <option value={source}>{source}</option>}
          {answer?.sources.map((one) => (
            <option key={one.source} value={one.source}>
              {one.title}
              {one.configured ? '' : ' (not configured)'}
            </option>
          ))}
        </select>
      </label>
      <Side name="a" title="Before (A)" value={query['a'] ?? '24h'} />
      <Side name="b" title="After (B)" value={query['b'] ?? '1h'} />
      <button type="submit" class="button primary">
        Compare
      </button>
      {wrong !== '' && (
        <p class="field-error" role="alert">
          {wrong}
        </p>
      )}
    </form>
  );
}

/** A length that ends now, or `START/END`; undefined when the end is not after the start. */
function sideOf(form: FormData, name: string): string | undefined {
  const length = fieldOf(form, `${name}-length`);
  if (length !== BETWEEN) return length;
  const start = new Date(fieldOf(form, `${name}-start`));
  const end = new Date(fieldOf(form, `${name}-end`));
  return start.getTime() < end.getTime() ? `${start.toISOString()}/${end.toISOString()}` : undefined;
}

function Side({ name, title, value }: { name: string; title: string; value: string }): JSX.Element {
  const [start, end] = value.split('/');
  const [kind, setKind] = useState(end === undefined ? value : BETWEEN);
  const lengths = LENGTHS.includes(value) || end !== undefined ? LENGTHS : [value, ...LENGTHS];
  const until = end === undefined ? new Date() : new Date(end);
  const from = end === undefined ? new Date(until.getTime() - 3_600_000) : new Date(start ?? '');
  return (
    <>
      <label class="field">
        <span>{title}</span>
        <select name={`${name}-length`} value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
          {lengths.map((length) => (
            <option key={length} value={length}>
              the last {length}
            </option>
          ))}
          <option value={BETWEEN}>between two times</option>
        </select>
      </label>
      {kind === BETWEEN && (
        <>
          <label class="field">
            <span>Start of {name.toUpperCase()}</span>
            <input type="datetime-local" name={`${name}-start`} step="1" required defaultValue={localTime(from)} />
          </label>
          <label class="field">
            <span>End of {name.toUpperCase()}</span>
            <input type="datetime-local" name={`${name}-end`} step="1" required defaultValue={localTime(until)} />
          </label>
        </>
      )}
    </>
  );
}
