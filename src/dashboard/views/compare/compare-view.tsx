import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { CompareAnswer } from '../../../serve/schemas/compare.ts';
import type { ProgressEvent } from '../../../serve/schemas/progress.ts';
import { getWithProgress } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { go } from '../../router.ts';
import { fromTo, plural, whole } from '../../ui/format.ts';
import { LongTable, sorted } from '../../ui/long-table.tsx';
import { Empty, ErrorBox, Panel } from '../../ui/parts.tsx';
import { Reading } from '../../ui/reading.tsx';
import { Scatter } from '../../ui/scatter/scatter.tsx';
import { HalvesOffer, halvesOf } from './file-halves.tsx';
import { ComparedPanel } from './compared-panel.tsx';
import { CompareForm } from './compare-form.tsx';
import { changeColour, compareColumns, CHANGES } from './compare-columns.tsx';
import type { Change, Compared } from './compare-columns.tsx';
import './compare.css';

type ViewQuery = Readonly<Record<string, string>>;

/** What has changed from one window to another. */
export function CompareView({ query }: { query: ViewQuery }): JSX.Element {
  const { a, b, source = 'otlp' } = query;
  const [round, setRound] = useState(0);
  const submit = (chosen: Record<string, string>) => {
    // The same ones again are meant to be read anew.
    if (chosen['source'] === source && chosen['a'] === a && chosen['b'] === b) setRound(round + 1);
    else go('compare', chosen);
  };
  return (
    <div class="grid">
      <div class="window-bar">
        <CompareForm query={query} onSubmit={submit} />
      </div>
      {a === undefined || b === undefined ? (
        <Panel title="Compare">
          <Empty title="Two windows side by side">
            <p>What is new, what is gone, and what is said more or less often than chance allows.</p>
          </Empty>
        </Panel>
      ) : (
        <Result windows={{ source, a, b }} round={round} query={query} />
      )}
    </div>
  );
}

interface ResultProps {
  windows: { source: string; a: string; b: string };
  round: number;
  query: ViewQuery;
}

function Result({ windows, round, query }: ResultProps): JSX.Element {
  const [progress, setProgress] = useState<ProgressEvent>({ rows: 0 });
  const { answer, error, loading, reload } = useLoaded(JSON.stringify([windows, round]), (signal) => {
    setProgress({ rows: 0 });
    return getWithProgress<CompareAnswer>('/clusters/compare', windows, { signal, onProgress: setProgress });
  });
  if (error !== undefined && !loading) return <ErrorBox error={error} onRetry={reload} />;
  if (answer === undefined) return <Reading title="Reading both windows" progress={progress} />;
  if (answer.templates.length > 0) return <Changes answer={answer} query={query} />;
  const halves = halvesOf(answer);
  return (
    <Panel title="What has changed">
      <Empty title="Both windows are empty">
        <p>
          No log record from {fromTo(Date.parse(answer.a.start), Date.parse(answer.b.end))}.{' '}
          {halves === undefined && 'Try longer windows or another source.'}
        </p>
        {halves !== undefined && <HalvesOffer halves={halves} />}
      </Empty>
    </Panel>
  );
}

function Changes({ answer, query }: { answer: CompareAnswer; query: ViewQuery }): JSX.Element {
  const [sort, setSort] = useState('');
  const halves = halvesOf(answer);
  const { change: shown = '', template: picked } = query;
  const show = (fields: Record<string, string | undefined>) =>
    go('compare', { ...query, ...fields }, { replace: true });
  const pick = (fingerprint: string | undefined) => show({ template: fingerprint });
  const columns = useMemo(() => compareColumns(({ fingerprint }) => pick(fingerprint)), [query]);
  const wanted = useMemo(() => answer.templates.filter((one) => shown === '' || one.change === shown), [answer, shown]);
  const rows = useMemo(() => sorted(wanted, columns, sort), [wanted, columns, sort]);
  const points = useMemo(() => wanted.map(pointOf), [wanted]);
  const selected = answer.templates.find(({ fingerprint }) => fingerprint === picked);
  return (
    <div class={selected === undefined ? 'grid' : 'columns wide-left beside-two'}>
      <Panel title="What has changed">
        <div class="columns sides">
          <Side title="Before (A)" side={answer.a} />
          <Side title="After (B)" side={answer.b} />
        </div>
        {halves !== undefined && (
          <div class="panel-body">
            <HalvesOffer halves={halves} />
          </div>
        )}
        <div class="change-buttons" role="group" aria-label="Show only">
          {CHANGES.map((one) => (
            <ChangeButton
              key={one}
              change={one}
              count={answer.counts[one]}
              pressed={shown === one}
              onClick={() => show({ change: one === shown ? undefined : one })}
            />
          ))}
        </div>
        <p class="muted sizes-legend">disc: how often in B · ring: how often in A · large: often</p>
        <Scatter
          points={points}
          selected={picked}
          label={`Map of ${plural(points.length, 'template')} of both windows, coloured by change`}
          onPick={pick}
        />
      </Panel>
      {selected !== undefined && (
        <ComparedPanel key={selected.fingerprint} compared={selected} answer={answer} onClose={() => pick(undefined)} />
      )}
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
            onPick={({ fingerprint }) => pick(fingerprint)}
          />
        )}
      </Panel>
    </div>
  );
}

function Side({ title, side }: { title: string; side: CompareAnswer['a'] }): JSX.Element {
  return (
    <div>
      <h3>{title}</h3>
      <p class="muted">{fromTo(Date.parse(side.start), Date.parse(side.end))}</p>
      <p>
        <strong>{plural(side.log_count, 'row')}</strong>, <strong>{plural(side.cluster_count, 'template')}</strong>
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
