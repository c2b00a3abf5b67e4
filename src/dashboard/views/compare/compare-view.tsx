import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { CompareAnswer } from '../../../serve/schemas/compare.ts';
import { getWithProgress } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { go } from '../../router.ts';
import { dayAndTime, plural, whole } from '../../ui/format.ts';
import { LongTable, sorted } from '../../ui/long-table.tsx';
import { Empty, ErrorBox, Panel, Reading } from '../../ui/parts.tsx';
import { Scatter } from '../../ui/scatter/scatter.tsx';
import { CompareForm } from './compare-form.tsx';
import { changeColour, compareColumns, CHANGES } from './compare-columns.tsx';
import type { Change, Compared } from './compare-columns.tsx';
import './compare.css';

type ViewQuery = Readonly<Record<string, string>>;

/** What has changed from one window to another. */
export function CompareView({ query }: { query: ViewQuery }): JSX.Element {
  const { a, b, source = 'otlp' } = query;
  return (
    <div class="grid">
      <div class="window-bar">
        <CompareForm key={JSON.stringify([source, a, b])} query={query} onSubmit={(chosen) => go('compare', chosen)} />
      </div>
      {a === undefined || b === undefined ? (
        <Panel title="Compare">
          <Empty title="Two windows side by side">
            <p>What is new, what is gone, and what is said more or less often than chance allows.</p>
          </Empty>
        </Panel>
      ) : (
        <Result query={{ source, a, b }} shown={query['change'] ?? ''} />
      )}
    </div>
  );
}

function Result({ query, shown }: { query: { source: string; a: string; b: string }; shown: string }): JSX.Element {
  const [rows, setRows] = useState(0);
  const { answer, error, loading, reload } = useLoaded(JSON.stringify(query), (signal) => {
    setRows(0);
    return getWithProgress<CompareAnswer>('/clusters/compare', query, { signal, onRows: setRows });
  });
  if (error !== undefined && !loading) return <ErrorBox error={error} onRetry={reload} />;
  if (answer === undefined) return <Reading title="Reading both windows" rows={rows} />;
  return <Changes answer={answer} shown={shown} query={query} />;
}

interface ChangesProps {
  answer: CompareAnswer;
  shown: string;
  query: Record<string, string>;
}

function Changes({ answer, shown, query }: ChangesProps): JSX.Element {
  const [sort, setSort] = useState('');
  const [picked, setPicked] = useState<string>();
  const change = (one: string) =>
    go('compare', { ...query, change: one === shown ? undefined : one }, { replace: true });
  const columns = useMemo(() => compareColumns(({ fingerprint }) => setPicked(fingerprint)), []);
  const wanted = useMemo(() => answer.templates.filter((one) => shown === '' || one.change === shown), [answer, shown]);
  const rows = useMemo(() => sorted(wanted, columns, sort), [wanted, sort]);
  const points = useMemo(() => wanted.map(pointOf), [wanted]);
  return (
    <>
      <Panel title="What has changed">
        <div class="columns sides">
          <Side title="Before (A)" side={answer.a} />
          <Side title="After (B)" side={answer.b} />
        </div>
        <div class="change-buttons" role="group" aria-label="Show only">
          {CHANGES.map((one) => (
            <ChangeButton
              key={one}
              change={one}
              count={answer.counts[one]}
              pressed={shown === one}
              onClick={() => change(one)}
            />
          ))}
        </div>
        <p class="muted sizes-legend">disc: how often in B · ring: how often in A · large: often</p>
        <Scatter
          points={points}
          selected={picked}
          label={`Map of ${plural(points.length, 'template')} of both windows, coloured by change`}
          onPick={setPicked}
        />
      </Panel>
      <Panel title={plural(rows.length, 'template')}>
        {rows.length === 0 ? (
          <Empty title="None of that kind" />
        ) : (
          <LongTable
            label="Compared templates, table"
            columns={columns}
            rows={rows}
            keyOf={({ fingerprint }) => fingerprint}
            selected={picked}
            sort={sort}
            onSort={setSort}
            onPick={({ fingerprint }) => setPicked(fingerprint)}
          />
        )}
      </Panel>
    </>
  );
}

function Side({ title, side }: { title: string; side: CompareAnswer['a'] }): JSX.Element {
  return (
    <div>
      <h3>{title}</h3>
      <p class="muted">
        {dayAndTime(Date.parse(side.start))} to {dayAndTime(Date.parse(side.end))}
      </p>
      <p>
        <strong>{whole(side.log_count)}</strong> rows, <strong>{whole(side.cluster_count)}</strong> templates
        {side.truncated && ', the newest of them'}
      </p>
    </div>
  );
}

interface ChangeButtonProps {
  change: Change;
  count: number;
  pressed: boolean;
  onClick(): void;
}

function ChangeButton({ change, count, pressed, onClick }: ChangeButtonProps): JSX.Element {
  return (
    <button type="button" class="button" aria-pressed={pressed} onClick={onClick}>
      <span class={`dot change-${change}`} aria-hidden="true" /> {whole(count)} {change}
    </button>
  );
}

function pointOf({ fingerprint, x, y, change, service, template, ...counts }: Compared) {
  const { count_a: a, count_b: b, rate_a: rateA, rate_b: rateB } = counts;
  const label = `${change} in ${service} · ${whole(a)} to ${whole(b)} rows\n${template}`;
  const [sizeBefore, size] = [sizeOf(rateA), sizeOf(rateB)];
  return { key: fingerprint, x, y, size, sizeBefore, color: changeColour(change), label };
}

/** By its lines an hour: windows may differ in length. */
function sizeOf(ratePerMinute: number): number {
  return ratePerMinute === 0 ? 0 : 8 + 8 * Math.log10(1 + ratePerMinute * 60);
}
