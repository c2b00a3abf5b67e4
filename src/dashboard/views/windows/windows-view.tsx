import type { JSX } from 'preact';
import type { ClustersAnswer } from '../../../serve/schemas/clusters.ts';
import { useWindow } from '../../api/use-window.ts';
import { go, hrefOf } from '../../router.ts';
import { FileNotes } from '../../ui/file-notes.tsx';
import { whole } from '../../ui/format.ts';
import { CopyButton, Panel, Stat } from '../../ui/parts.tsx';
import { ALL, WindowForm, windowOf } from '../../ui/window-form.tsx';
import type { WindowQuery } from '../../ui/window-form.tsx';
import { stretchOf, windowState } from '../../ui/window-state.tsx';

/** Chooses a window of any source; what came of it is looked at here, on the map and among the templates. */
export function WindowsView({ query }: { query: Readonly<Record<string, string>> }): JSX.Element {
  const isChosen = query['source'] !== undefined;
  return (
    <div class="grid">
      <Panel title="Which logs">
        <div class="panel-body">
          <WindowForm query={isChosen ? windowOf(query) : query} onSubmit={(chosen) => go('windows', chosen)} />
          <p class="muted note">
            The live buffer, files, or a store that Setup has. The address of this page leads to the same choice, anew;
            a copied link leads to the times that are shown now, or to the whole file.
          </p>
        </div>
      </Panel>
      {isChosen && <Result query={windowOf(query)} />}
    </div>
  );
}

function Result({ query }: { query: WindowQuery }): JSX.Element {
  const loaded = useWindow(query);
  const { answer, loading, reload } = loaded;
  const state = windowState(loaded, 'windows');
  return (
    <Panel
      title="What is in them"
      actions={
        <>
          <CopyButton text={linkTo(query, answer)} label="Copy link" />
          <button type="button" class="button" aria-disabled={loading} onClick={() => !loading && reload()}>
            Read again
          </button>
        </>
      }
    >
      {state === undefined && answer !== undefined ? <Summary answer={answer} query={query} /> : state}
    </Panel>
  );
}

/** To what is seen now: a length that ends now would be other lines tomorrow. */
function linkTo({ source }: WindowQuery, answer: ClustersAnswer | undefined): string {
  if (answer === undefined || answer.window === ALL) return location.href;
  return new URL(hrefOf('windows', { source, start: answer.start, end: answer.end }), location.href).href;
}

function Summary({ answer, query }: { answer: ClustersAnswer; query: WindowQuery }): JSX.Element {
  const flagged = answer.clusters.filter(({ isAnomaly }) => isAnomaly);
  const services = new Set(answer.clusters.map(({ service }) => service));
  return (
    <>
      <div class="stats">
        <Counted count={answer.log_count} one="row" />
        <Counted count={answer.cluster_count} one="template" />
        <Counted count={flagged.length} one="stands apart" many="stand apart" tone={flagged.length > 0 ? 'bad' : ''} />
        <Counted count={services.size} one="service" />
        {answer.file !== undefined && <Counted count={answer.file.files} one="file" />}
      </div>
      <div class="panel-body grid">
        <p class="muted">
          {stretchOf(answer)}
          {answer.truncated && ' · the window had more rows than MAX_ROWS: these are the newest'}
        </p>
        {answer.file !== undefined && <FileNotes file={answer.file} rows={answer.log_count} />}
        <div class="row">
          <a class="button primary" href={hrefOf('map', query)}>
            On the map
          </a>
          <a class="button" href={hrefOf('templates', query)}>
            All templates
          </a>
        </div>
        {flagged.length > 0 && (
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Stands apart</th>
                <th scope="col">Service</th>
                <th scope="col" class="number">
                  Rows
                </th>
              </tr>
            </thead>
            <tbody>
              {flagged.slice(0, 20).map((cluster) => (
                <tr key={cluster.id}>
                  <td class="mono wrap">
                    <a href={hrefOf('templates', { ...query, template: cluster.fingerprint })}>
                      {cluster.template.slice(0, 300) || '(empty)'}
                    </a>
                  </td>
                  <td class="name">{cluster.service}</td>
                  <td class="number">{whole(cluster.logCount)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </>
  );
}

function Counted(props: { count: number; one: string; many?: string; tone?: string }): JSX.Element {
  const { count, one, many = `${one}s`, tone = '' } = props;
  return <Stat label={count === 1 ? one : many} value={whole(count)} tone={tone} />;
}
