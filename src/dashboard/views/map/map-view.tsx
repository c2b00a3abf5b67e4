import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { ClustersAnswer } from '../../../serve/schemas/clusters.ts';
import { go } from '../../router.ts';
import { clusterColumns } from '../../template/cluster-columns.tsx';
import type { Cluster } from '../../template/cluster-columns.tsx';
import { TemplatePanel } from '../../template/template-panel.tsx';
import { plural, whole } from '../../ui/format.ts';
import { LongTable, sorted } from '../../ui/long-table.tsx';
import { Panel } from '../../ui/parts.tsx';
import { Scatter } from '../../ui/scatter/scatter.tsx';
import { WindowPage } from '../../ui/window-page.tsx';

/** The templates of a window on a plane: near ones say alike things, red ones stand apart. */
export function MapView({ query }: { query: Readonly<Record<string, string>> }): JSX.Element {
  return (
    <WindowPage view="map" query={query}>
      {(answer) => <Plane answer={answer} query={query} />}
    </WindowPage>
  );
}

function Plane({ answer, query }: { answer: ClustersAnswer; query: Readonly<Record<string, string>> }): JSX.Element {
  const [sort, setSort] = useState('-apart');
  const { clusters } = answer;
  const pick = (fingerprint: string | undefined) => go('map', { ...query, template: fingerprint }, { replace: true });
  const columns = useMemo(() => clusterColumns(({ fingerprint }) => pick(fingerprint)), [query]);
  const rows = useMemo(() => sorted(clusters, columns, sort), [clusters, sort]);
  const points = useMemo(() => clusters.map(pointOf), [clusters]);
  const selected = clusters.find(({ fingerprint }) => fingerprint === query['template']);
  const apart = clusters.filter(({ isAnomaly }) => isAnomaly).length;
  const label = `Map of ${plural(clusters.length, 'template')}, ${whole(apart)} of which ${apart === 1 ? 'stands' : 'stand'} apart`;
  return (
    <div class={selected === undefined ? 'grid' : 'columns wide-left beside-two'}>
      <Panel
        title="Map"
        actions={
          <span class="muted legend">
            near each other: alike in words · large: many rows · <span class="dot bad" /> stands apart
          </span>
        }
      >
        <Scatter points={points} selected={query['template']} label={label} onPick={pick} />
      </Panel>
      {selected !== undefined && (
        <TemplatePanel key={selected.fingerprint} cluster={selected} answer={answer} onClose={() => pick(undefined)} />
      )}
      <Panel title="The same as a table">
        <LongTable
          label="Templates of the map, table"
          columns={columns}
          rows={rows}
          keyOf={({ fingerprint, id }) => `${fingerprint}${id}`}
          selected={selected === undefined ? undefined : `${selected.fingerprint}${selected.id}`}
          sort={sort}
          onSort={setSort}
          onPick={({ fingerprint }) => pick(fingerprint)}
        />
      </Panel>
    </div>
  );
}

function pointOf({ fingerprint, x, y, size, color, service, logCount, template }: Cluster) {
  const label = `${service} · ${plural(logCount, 'row')}\n${template}`;
  return { key: fingerprint, x, y, size, color, label };
}
