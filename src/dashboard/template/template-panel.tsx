import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ClustersAnswer } from '../../serve/schemas/clusters.ts';
import { dayAndSecond, fromTo, percent, plural, short, whole } from '../ui/format.ts';
import { CopyButton, Level } from '../ui/parts.tsx';
import { RateChart } from '../ui/rate-chart.tsx';
import { SidePanel } from '../ui/side-panel.tsx';
import { scoreWords } from './cluster-columns.tsx';
import { LiveFacts } from './live-facts.tsx';
import { Runs } from './runs.tsx';
import { queryLanguages, storeQuery } from './store-queries.ts';
import { lineRuns } from './template-text.ts';
import { TemplateText } from './whole-template.tsx';
import './template.css';

type Cluster = ClustersAnswer['clusters'][number];
const LEVEL_ORDER = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
const SHOWN_CHARS = 10_000;

interface TemplatePanelProps {
  cluster: Cluster;
  answer: ClustersAnswer;
  onClose(): void;
}

/** All that is known of one template of a window. */
export function TemplatePanel({ cluster, answer, onClose }: TemplatePanelProps): JSX.Element {
  return (
    <SidePanel title="Template" class="template-panel" onClose={onClose}>
      <div class="panel-body grid">
        <TemplateText template={cluster.template} />
        <div class="row">
          <span class="badge info wrap">{cluster.service}</span>
          <span class={`badge ${cluster.isAnomaly ? 'bad' : 'good'}`}>
            {cluster.isAnomaly ? 'stands apart' : 'usual'}
          </span>
          <span class="muted mono">{cluster.fingerprint}</span>
        </div>
        <p class="muted">
          {plural(cluster.logCount, 'row')} from {fromTo(cluster.firstSeen, cluster.lastSeen)} ·{' '}
          {scoreWords(cluster.avgScore)}
          {cluster.isolationDepth !== undefined && `, alone after ${short(cluster.isolationDepth)} splits on average`}
        </p>
        <LevelMix cluster={cluster} />
        <OverTime cluster={cluster} answer={answer} />
        <Samples cluster={cluster} />
        <Query cluster={cluster} answer={answer} />
        {answer.source === 'otlp' && <LiveFacts fingerprint={cluster.fingerprint} />}
      </div>
    </SidePanel>
  );
}

function LevelMix({ cluster: { levels, logCount } }: { cluster: Cluster }): JSX.Element {
  const present = LEVEL_ORDER.filter((level) => (levels[level] ?? 0) > 0);
  return (
    <div role="group" aria-label="Levels">
      <div class="level-bar" aria-hidden="true">
        {present.map((level) => (
          <span key={level} class={`level-part-${level}`} style={{ flexGrow: (levels[level] ?? 0) / logCount }} />
        ))}
      </div>
      <div class="row">
        {present.map((level) => (
          <span key={level} class="row">
            <Level level={level} /> {whole(levels[level] ?? 0)}
            <span class="muted">{percent((levels[level] ?? 0) / logCount)}</span>
          </span>
        ))}
      </div>
    </div>
  );
}

function OverTime({ cluster, answer }: { cluster: Cluster; answer: ClustersAnswer }): JSX.Element | null {
  const { series } = cluster;
  if (series === undefined || series.length < 2) return null;
  const first = answer.clusters.reduce((least, one) => Math.min(least, one.firstSeen), Infinity);
  const last = answer.clusters.reduce((most, one) => Math.max(most, one.lastSeen), -Infinity);
  const widthSeconds = Math.max(1000, (last - first + 1) / 64) / 1000;
  return (
    <figure class="over-time">
      <figcaption class="muted">Rows over the window</figcaption>
      <RateChart
        label={`Rows of the template over the window, ${whole(Math.max(...series))} in the busiest part of ${series.length}`}
        times={series.map((_, i) => first / 1000 + i * widthSeconds)}
        height={110}
        lines={[{ label: 'rows', colour: cluster.isAnomaly ? '--red' : '--blue', kind: 'bars', values: series }]}
      />
    </figure>
  );
}

function Samples({ cluster }: { cluster: Cluster }): JSX.Element {
  return (
    <section aria-label="Sample lines">
      <h3>Sample lines</h3>
      <ul class="sample-lines" tabIndex={0} aria-label="Lines">
        {cluster.logs.map((log, i) => (
          <li key={i}>
            <span class="muted mono">{dayAndSecond(log.timestamp)}</span> <Level level={log.level} />
            <p class="mono wrap verbatim">
              <Runs runs={lineRuns(log.message.slice(0, SHOWN_CHARS), cluster.template)} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** For the store that the window came from; the live buffer came from anywhere. */
function Query({ cluster, answer }: { cluster: Cluster; answer: ClustersAnswer }): JSX.Element {
  const languages = queryLanguages();
  const own = languages.some((one) => one.source === answer.source) ? answer.source : 'loki';
  const [chosen, setChosen] = useState(own);
  const query = storeQuery(chosen, cluster.service, cluster.template, {
    startMs: Date.parse(answer.start),
    endMs: Date.parse(answer.end),
  });
  return (
    <section aria-label="Query">
      <div class="row query-head">
        <h3 class="grow">These lines in your store</h3>
        <label>
          <span class="visually-hidden">Query language</span>
          <select value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
            {languages.map((one) => (
              <option key={one.source} value={one.source}>
                {one.language}
              </option>
            ))}
          </select>
        </label>
        <CopyButton text={query?.text ?? ''} />
      </div>
      <pre class="code wrap" role="group" tabIndex={0} aria-label="Query for these lines">
        {query?.text.slice(0, SHOWN_CHARS)}
      </pre>
    </section>
  );
}
