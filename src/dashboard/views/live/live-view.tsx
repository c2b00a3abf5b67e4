import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ServicesAnswer } from '../../../serve/schemas/services.ts';
import { get } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { hrefOf } from '../../router.ts';
import { RateChart } from '../../ui/rate-chart.tsx';
import { Empty, ErrorBox, Panel, Stat } from '../../ui/parts.tsx';
import { short, whole } from '../../ui/format.ts';
import { IncidentList } from './incident-list.tsx';
import { NOT_KNOWN, presentRate } from './present-rate.ts';
import { ServiceTable } from './service-table.tsx';
import { Tail } from './tail.tsx';
import './live.css';

const EVERY_MS = 5000;
/** Fewer are not drawn, or the picture would jump about. */
const BUCKETS_MIN = 60;

export function LiveView({ query }: { query: Readonly<Record<string, string>> }): JSX.Element {
  const { answer, error, reload } = useLoaded(
    'services',
    (signal) => get<ServicesAnswer>('/services', {}, signal),
    EVERY_MS,
  );
  const [openIncidents, setOpenIncidents] = useState<number>();
  return (
    <div class="grid">
      {error !== undefined && <ErrorBox error={error} onRetry={reload} />}
      {answer?.line_count === 0 && <Waiting />}
      {answer !== undefined && answer.line_count > 0 && (
        <Rates activity={answer} openIncidents={openIncidents} service={query['service']} />
      )}
      <div class="columns wide-right">
        <IncidentList onOpenCount={setOpenIncidents} />
        <Panel title="Services">
          {answer?.services.length === 0 && <Empty title="None yet" />}
          {answer !== undefined && answer.services.length > 0 && <ServiceTable activity={answer} />}
        </Panel>
      </div>
      <Tail service={query['service']} />
    </div>
  );
}

function Waiting(): JSX.Element {
  return (
    <Panel title="No log record has arrived yet">
      <Empty title="Point an OTLP exporter at this service">
        <p>The first lines of each service are learnt; what does not belong shows here from then on.</p>
        <a class="button primary" href={hrefOf('setup')}>
          Show me how
        </a>
      </Empty>
    </Panel>
  );
}

interface RatesProps {
  activity: ServicesAnswer;
  openIncidents: number | undefined;
  service: string | undefined;
}

/** Of one service, or of all of them together. */
function Rates({ activity, openIncidents, service }: RatesProps): JSX.Element {
  const { bucket_seconds: seconds, start } = activity;
  const one = activity.services.find((each) => each.service === service);
  const { line_counts: lines, anomaly_counts: anomalies } = one ?? activity;
  // From when there is something to see; the present bucket is not full yet.
  const first = Math.max(
    0,
    Math.min(
      lines.findIndex((count) => count > 0),
      lines.length - BUCKETS_MIN,
    ),
  );
  const shown = (counts: readonly number[]) => counts.slice(first, -1);
  const startSeconds = Date.parse(start) / 1000 + first * seconds;
  const times = shown(lines).map((_, i) => startSeconds + i * seconds);
  const rate = presentRate(lines, activity);
  const rateText = rate === undefined ? NOT_KNOWN : short(rate);
  const found = anomalies.reduce((sum, count) => sum + count, 0);
  const of = one === undefined ? 'all services' : one.service;
  return (
    <Panel
      title={`The last hour of ${of}`}
      actions={
        one !== undefined && (
          <a class="button" href={hrefOf('live')}>
            All services
          </a>
        )
      }
    >
      <div class="stats">
        <Stat label="lines a second" value={rateText} />
        <Stat label="anomalies in an hour" value={whole(found)} tone={found > 0 ? 'bad' : ''} />
        {openIncidents !== undefined && (
          <Stat label="open incidents" value={whole(openIncidents)} tone={openIncidents > 0 ? 'bad' : ''} />
        )}
        <Stat label="services" value={whole(activity.service_count)} />
        <Stat label="lines since the start" value={short(activity.line_count)} />
      </div>
      <div class="charts">
        <figure>
          <figcaption>Lines a second</figcaption>
          <RateChart
            label={`Lines a second of ${of} over the last hour, ${rateText} at present`}
            times={times}
            height={150}
            lines={[{ label: 'lines', colour: '--blue', kind: 'line', values: shown(lines).map((n) => n / seconds) }]}
          />
        </figure>
        <figure>
          <figcaption>Anomalies in {seconds} s</figcaption>
          <RateChart
            label={`Anomalies of ${of} over the last hour, ${whole(found)} in all`}
            times={times}
            height={150}
            lines={[{ label: 'anomalies', colour: '--red', kind: 'bars', values: shown(anomalies) }]}
          />
        </figure>
      </div>
    </Panel>
  );
}
