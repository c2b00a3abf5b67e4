import type { JSX } from 'preact';
import type { Incident } from '../../../domain/incident.ts';
import { lastFound, resolutionWords } from '../../../domain/resolution-words.ts';
import { get } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { hrefOf } from '../../router.ts';
import { Runs } from '../../template/runs.tsx';
import { lineRuns, templateRuns } from '../../template/template-text.ts';
import { dayAndSecond, fromTo, plural, span, twoDigits, whole } from '../../ui/format.ts';
import { Empty, ErrorBox, Level, Panel } from '../../ui/parts.tsx';
import { REASON_WORDS } from '../../ui/reason-words.ts';
import { FeedbackButtons } from './feedback-buttons.tsx';
import { StateBadge } from './state-badge.tsx';
import './incident.css';

const EVERY_MS = 5000;

/** One incident, at an address that alerts lead to. */
export function IncidentView({ query }: { query: Readonly<Record<string, string>> }): JSX.Element {
  const { id = '' } = query;
  if (!/^[0-9a-f]{16}$/.test(id)) {
    return (
      <Panel title="Incident">
        <Empty title="The address names no incident">
          <a class="button" href={hrefOf('live')}>
            Show the latest
          </a>
        </Empty>
      </Panel>
    );
  }
  return <Loaded key={id} id={id} />;
}

function Loaded({ id }: { id: string }): JSX.Element {
  const { answer, error, reload } = useLoaded(id, (signal) => get<Incident>(`/incidents/${id}`, {}, signal), EVERY_MS);
  return (
    <div class="grid">
      {error !== undefined && <ErrorBox error={error} onRetry={reload} />}
      {error?.status === 404 && (
        <p>
          <a class="button" href={hrefOf('live')}>
            Show the latest
          </a>
        </p>
      )}
      {answer !== undefined && <Whole incident={answer} />}
    </div>
  );
}

function Whole({ incident }: { incident: Incident }): JSX.Element {
  const { services, merged_into: into } = incident;
  const texts = new Map(incident.templates.map(({ fingerprint, template }) => [fingerprint, template]));
  return (
    <>
      <Panel
        title={`Incident in ${services.length > 1 ? plural(services.length, 'service') : incident.service}`}
        actions={<StateBadge incident={incident} />}
      >
        <div class="panel-body grid">
          {into === undefined ? (
            incident.resolution !== undefined && <p>{resolutionWords(incident)}</p>
          ) : (
            <p>
              It went on as part of <a href={hrefOf('incident', { id: into })}>another incident</a>.
            </p>
          )}
          <Facts incident={incident} />
        </div>
      </Panel>
      <Panel title={plural(incident.templates.length, 'template')}>
        <ul class="incident-templates">
          {incident.templates.map((one) => (
            <li key={one.fingerprint}>
              <p class="mono wrap">
                {one.template === '' ? '(the service as a whole)' : <Runs runs={templateRuns(one.template)} />}
              </p>
              <p class="row muted">
                <a class="wrap" href={hrefOf('live', { service: one.service })}>
                  {one.service}
                </a>
                {plural(one.count, 'anomaly', 'anomalies')}
                <a
                  href={hrefOf('templates', { source: 'otlp', window: '1h', template: one.fingerprint })}
                  aria-label={`look at it: ${one.template.slice(0, 60)}`}
                >
                  look at it
                </a>
              </p>
            </li>
          ))}
        </ul>
        {incident.other_templates_count > 0 && (
          <p class="panel-body muted">
            {plural(incident.other_templates_count, 'anomaly', 'anomalies')} of templates beyond these
          </p>
        )}
      </Panel>
      <Panel title="What was said">
        <ul class="incident-samples">
          {incident.samples
            .toSorted((a, b) => a.timestamp - b.timestamp)
            .map((sample, i) => (
              <li key={i}>
                <p class="row muted">
                  {dayAndSecond(sample.timestamp)} <Level level={sample.level} />
                  <span class="wrap">{sample.service}</span>
                </p>
                <p class="mono wrap verbatim">
                  <Runs runs={lineRuns(sample.message, texts.get(sample.fingerprint) ?? '')} />
                </p>
              </li>
            ))}
        </ul>
      </Panel>
      <FeedbackButtons incident={incident.id} />
    </>
  );
}

function Facts({ incident }: { incident: Incident }): JSX.Element {
  const { first_seen: first, reason_counts: counts } = incident;
  const last = lastFound(incident);
  return (
    <dl class="facts">
      <dt>When</dt>
      <dd>
        {fromTo(first, last)}, {span(last - first)}
      </dd>
      <dt>How much</dt>
      <dd>
        {plural(incident.count, 'anomaly', 'anomalies')}, {plural(incident.line_count, 'line')}
      </dd>
      <dt>Why</dt>
      <dd>{incident.reasons.map((reason) => `${REASON_WORDS[reason]} (${whole(counts[reason] ?? 0)})`).join(', ')}</dd>
      <dt>Worst</dt>
      <dd>
        <Level level={incident.worst_level} /> score {twoDigits(incident.worst_score)} of 1
      </dd>
      <dt>Services</dt>
      <dd class="wrap">{incident.services.join(', ')}</dd>
      {incident.trace_ids.length > 0 && (
        <>
          <dt>Traces</dt>
          <dd class="mono wrap">{incident.trace_ids.join(' ')}</dd>
        </>
      )}
    </dl>
  );
}
