import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Incident } from '../../../domain/incident.ts';
import { lastFound } from '../../../domain/resolution-words.ts';
import { get } from '../../api/client.ts';
import { follow } from '../../api/follow.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { hrefOf } from '../../router.ts';
import { Empty, ErrorBox, Level, Panel } from '../../ui/parts.tsx';
import { moment, plural, span } from '../../ui/format.ts';
import { REASON_WORDS } from '../../ui/reason-words.ts';
import { StateBadge } from '../incident/state-badge.tsx';

const SHOWN_MAX = 50;
/** Most of what joins an incident is too little for the stream. */
const EVERY_MS = 5000;

interface IncidentsAnswer {
  open_count: number;
  incidents: Incident[];
}

/** Newest first, as they open, grow and end. */
export function IncidentList({ onOpenCount }: { onOpenCount(count: number): void }): JSX.Element {
  const { answer, error, reload } = useLoaded(
    'incidents',
    (signal) => get<IncidentsAnswer>('/incidents', { limit: String(SHOWN_MAX) }, signal),
    EVERY_MS,
  );
  const [changed, setChanged] = useState<ReadonlyMap<string, Incident>>(new Map());
  useEffect(
    () =>
      follow('/incidents/stream', {
        onEvent({ name, data }) {
          if (name === 'gap') reload();
          if (name !== 'incident') return;
          const { incident } = JSON.parse(data) as { incident: Incident };
          setChanged((before) => new Map([...before, [incident.id, incident] as const].slice(-SHOWN_MAX)));
        },
        // What happened in between is asked for.
        onConnected: (connected) => connected && reload(),
      }),
    [],
  );
  const incidents = merge(answer?.incidents ?? [], changed);
  const open = answer?.open_count;
  useEffect(() => {
    if (open !== undefined) onOpenCount(open);
  }, [open]);
  return (
    <Panel title="Incidents">
      {error !== undefined && <ErrorBox error={error} />}
      {answer !== undefined && incidents.length === 0 && (
        <Empty title="No incident">
          <p>Anomalies that belong together will be one here.</p>
        </Empty>
      )}
      <ul class="incidents">
        {incidents.map((incident) => (
          <Item key={incident.id} incident={incident} />
        ))}
      </ul>
    </Panel>
  );
}

function merge(listed: readonly Incident[], changed: ReadonlyMap<string, Incident>): Incident[] {
  const all = new Map(changed);
  for (const one of listed) if (isLater(one, all.get(one.id))) all.set(one.id, one);
  return [...all.values()]
    .filter(({ merged_into: into }) => into === undefined)
    .toSorted((a, b) => b.first_seen - a.first_seen)
    .slice(0, SHOWN_MAX);
}

/** An incident only grows, and then ends. */
function isLater(one: Incident, other: Incident | undefined): boolean {
  if (other === undefined) return true;
  if (one.state !== other.state) return one.state === 'resolved';
  return one.count > other.count || lastFound(one) > lastFound(other);
}

function howMuch({ count, line_count: lines }: Incident): string {
  return lines === 0 ? plural(count, 'anomaly', 'anomalies') : plural(lines, 'line');
}

function Item({ incident }: { incident: Incident }): JSX.Element {
  const { services, templates, samples } = incident;
  const others = services.length - 1;
  return (
    <li>
      <details>
        <summary class="unfolds">
          <StateBadge incident={incident} />
          <strong class="wrap">
            {incident.service}
            {others > 0 && ` and ${plural(others, 'other')}`}
          </strong>
          <span class="muted incident-time">
            {moment(incident.first_seen)} · {span(lastFound(incident) - incident.first_seen)}
          </span>
          <span class="incident-text wrap">{templates[0]?.template ?? ''}</span>
          <span class="muted incident-counts">
            {howMuch(incident)} · {incident.reasons.map((reason) => REASON_WORDS[reason]).join(', ')}
          </span>
        </summary>
        <p class="incident-more">
          <a href={hrefOf('incident', { id: incident.id })}>All of this incident</a>
        </p>
        <ul class="samples">
          {samples.map((sample, i) => (
            <li key={i}>
              <Level level={sample.level} /> <span class="muted">{sample.service}</span>{' '}
              <span class="mono wrap">{sample.message}</span>
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}
