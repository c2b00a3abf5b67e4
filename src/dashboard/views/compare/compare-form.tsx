import type { JSX, TargetedSubmitEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { fieldOf } from '../../ui/parts.tsx';
import { SourceSelect, takesAll, useSources } from '../../ui/source-select.tsx';
import { ALL, localTime } from '../../ui/window-form.tsx';

const LENGTHS = ['1h', '3h', '6h', '12h', '24h', '7d'];
const BETWEEN = 'between';

interface CompareFormProps {
  query: Readonly<Record<string, string>>;
  onSubmit(query: Record<string, string>): void;
}

/** Chooses the two windows of a comparison; what overlaps belongs to the later one. */
export function CompareForm({ query, onSubmit }: CompareFormProps): JSX.Element {
  const [wrong, setWrong] = useState('');
  const { source = 'otlp', a = '24h', b = '1h' } = query;
  const sources = useSources();
  const [chosen, setChosen] = useState(source);
  const place = useRef<HTMLFormElement>(null);
  // Fields that stay take what another address says; made anew, they would lose the focus.
  useEffect(() => {
    setWrong('');
    setChosen(source);
    if (place.current !== null) fill(place.current, { source, ...timesOf('a', a), ...timesOf('b', b) });
  }, [source, a, b]);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [before, after] = [sideOf(form, 'a'), sideOf(form, 'b')];
    const isRight = before !== undefined && after !== undefined;
    setWrong(isRight ? '' : 'Each window has to end after its start.');
    if (isRight) onSubmit({ source: fieldOf(form, 'source'), a: before, b: after });
  };
  return (
    <form class="window-form" ref={place} onSubmit={submit}>
      <SourceSelect sources={sources} chosen={chosen} onChoose={setChosen} />
      <Side name="a" title="Before (A)" value={a} takesAll={a === ALL || takesAll(sources, chosen)} />
      <Side name="b" title="After (B)" value={b} />
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

function fill(form: HTMLFormElement, values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLSelectElement || field instanceof HTMLInputElement) field.value = value;
  }
}

/** Where a side is between two times, what its fields have. */
function timesOf(name: string, value: string): Record<string, string> {
  const [start = '', end] = value.split('/');
  if (end === undefined) return {};
  return { [`${name}-start`]: localTime(new Date(start)), [`${name}-end`]: localTime(new Date(end)) };
}

/** A length that ends now, or `START/END`; undefined when the end is not after the start. */
function sideOf(form: FormData, name: string): string | undefined {
  const length = fieldOf(form, `${name}-length`);
  if (length !== BETWEEN) return length;
  const start = new Date(fieldOf(form, `${name}-start`));
  const end = new Date(fieldOf(form, `${name}-end`));
  return start.getTime() < end.getTime() ? `${start.toISOString()}/${end.toISOString()}` : undefined;
}

interface SideProps {
  name: string;
  title: string;
  value: string;
  /** Whether it may be all that stands before the other. */
  takesAll?: boolean;
}

function Side({ name, title, value, takesAll: isWhole = false }: SideProps): JSX.Element {
  const [start, end] = value.split('/');
  const [kind, setKind] = useState(end === undefined ? value : BETWEEN);
  useEffect(() => setKind(end === undefined ? value : BETWEEN), [value]);
  const isKnown = LENGTHS.includes(value) || value === ALL || end !== undefined;
  const lengths = isKnown ? LENGTHS : [value, ...LENGTHS];
  const until = end === undefined ? new Date() : new Date(end);
  const from = end === undefined ? new Date(until.getTime() - 3_600_000) : new Date(start ?? '');
  return (
    <>
      <label class="field">
        <span>{title}</span>
        <select name={`${name}-length`} value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
          {isWhole && <option value={ALL}>all that is older than B</option>}
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
