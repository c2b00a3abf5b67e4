import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ClustersAnswer } from '../../../serve/schemas/clusters.ts';
import { go } from '../../router.ts';
import { clusterColumns } from '../../template/cluster-columns.tsx';
import { filterClusters, filterOf } from '../../template/cluster-filter.ts';
import { download, templatesAsCsv, templatesAsJson } from '../../template/export-templates.ts';
import { TemplatePanel } from '../../template/template-panel.tsx';
import { plural, whole } from '../../ui/format.ts';
import { LongTable, sorted } from '../../ui/long-table.tsx';
import { Empty, Panel } from '../../ui/parts.tsx';
import { WindowPage } from '../../ui/window-page.tsx';
import { windowOf } from '../../ui/window-form.tsx';

type ViewQuery = Readonly<Record<string, string>>;

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'];
const NEW_MINUTES = [5, 15, 60, 360];

/** Every template of a window, to sort, search, narrow down and take along. */
export function TemplatesView({ query }: { query: ViewQuery }): JSX.Element {
  return (
    <WindowPage view="templates" query={query}>
      {(answer) => <Table answer={answer} query={query} />}
    </WindowPage>
  );
}

function Table({ answer, query }: { answer: ClustersAnswer; query: ViewQuery }): JSX.Element {
  const sort = query['sort'] ?? '-rows';
  const change = (fields: Record<string, string | undefined>) =>
    go('templates', { ...query, ...fields }, { replace: true });
  const columns = useMemo(() => clusterColumns(({ fingerprint }) => change({ template: fingerprint })), [query]);
  const rows = useMemo(
    () => sorted(filterClusters(answer.clusters, filterOf(query), Date.parse(answer.end)), columns, sort),
    [answer, query],
  );
  const selected = answer.clusters.find(({ fingerprint }) => fingerprint === query['template']);
  return (
    <div class={selected === undefined ? 'grid' : 'columns wide-left'}>
      <Panel
        title={
          rows.length === answer.clusters.length
            ? plural(rows.length, 'template')
            : `${whole(rows.length)} of ${plural(answer.clusters.length, 'template')}`
        }
        actions={
          <>
            <button
              type="button"
              class="button"
              onClick={() => download('templates.csv', 'text/csv', templatesAsCsv(rows))}
            >
              CSV
            </button>
            <button
              type="button"
              class="button"
              onClick={() => download('templates.json', 'application/json', templatesAsJson(rows))}
            >
              JSON
            </button>
          </>
        }
      >
        {query['template'] !== undefined && selected === undefined && (
          <p class="panel-body" role="status">
            The template {query['template'].slice(0, 40)} is not in this window. Try a longer one.
          </p>
        )}
        <Filters answer={answer} query={query} onChange={change} />
        {rows.length === 0 ? (
          <Empty title="No template fits">
            <button
              type="button"
              class="button"
              onClick={() => go('templates', { ...windowOf(query), sort: query['sort'] }, { replace: true })}
            >
              Clear the filters
            </button>
          </Empty>
        ) : (
          <LongTable
            label="Templates, table"
            columns={columns}
            rows={rows}
            keyOf={({ fingerprint, id }) => `${fingerprint}${id}`}
            selected={selected === undefined ? undefined : `${selected.fingerprint}${selected.id}`}
            sort={sort}
            onSort={(by) => change({ sort: by })}
            onPick={({ fingerprint }) => change({ template: fingerprint })}
          />
        )}
      </Panel>
      {selected !== undefined && (
        <TemplatePanel
          key={selected.fingerprint}
          cluster={selected}
          answer={answer}
          onClose={() => change({ template: undefined })}
        />
      )}
    </div>
  );
}

interface FiltersProps {
  answer: ClustersAnswer;
  query: ViewQuery;
  onChange(fields: Record<string, string | undefined>): void;
}

function Filters({ answer, query, onChange }: FiltersProps): JSX.Element {
  const services = useMemo(() => [...new Set(answer.clusters.map(({ service }) => service))].toSorted(), [answer]);
  const filter = filterOf(query);
  return (
    <div class="filters">
      <label>
        <span class="visually-hidden">Search</span>
        <input
          type="search"
          placeholder="Search templates"
          value={filter.text}
          onInput={(event) => onChange({ text: event.currentTarget.value })}
        />
      </label>
      <Choice
        label="Service"
        all="every service"
        value={filter.service}
        options={services.map((one) => [one, one])}
        onChange={(service) => onChange({ service })}
      />
      <Choice
        label="Level"
        all="every level"
        value={filter.level}
        options={LEVELS.map((one) => [one, one])}
        onChange={(level) => onChange({ level })}
      />
      <Choice
        label="New since"
        all="new and old"
        value={filter.newMinutes === 0 ? '' : String(filter.newMinutes)}
        options={NEW_MINUTES.map((minutes) => [
          String(minutes),
          `new in the last ${minutes < 60 ? `${minutes} min` : `${minutes / 60} h`}`,
        ])}
        onChange={(minutes) => onChange({ new: minutes })}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={filter.apartOnly}
          onChange={(event) => onChange({ apart: event.currentTarget.checked ? 'true' : undefined })}
        />
        standing apart only
      </label>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  all: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange(value: string): void;
}

function Choice({ label, all, value, options, onChange }: ChoiceProps): JSX.Element {
  return (
    <label>
      <span class="visually-hidden">{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{all}</option>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
