import type { JSX } from 'preact';
import type { ServicesAnswer } from '../../../serve/schemas/services.ts';
import { hrefOf } from '../../router.ts';
import { condense, Sparkline } from '../../ui/sparkline.tsx';
import { plural, short, whole } from '../../ui/format.ts';
import { NOT_KNOWN, presentRate } from './present-rate.ts';

type Service = ServicesAnswer['services'][number];

const STATES: Readonly<Record<Service['state'], { tone: string; means: string }>> = {
  learning: { tone: 'info', means: 'its first lines are learnt, nothing is raised yet' },
  watching: { tone: 'good', means: 'every line is judged' },
  quiet: { tone: '', means: 'no line for a minute' },
  bursting: { tone: 'bad', means: 'an anomaly in the last minute' },
};
const BARS = 60;

export function ServiceTable({ activity }: { activity: ServicesAnswer }): JSX.Element {
  const { services, service_count: known } = activity;
  return (
    <div class="scroll services" tabIndex={0} role="region" aria-label="Services, table">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">State</th>
            <th scope="col" class="last-hour">
              Last hour
            </th>
            <th scope="col" class="number">
              Lines/s
            </th>
            <th scope="col" class="number">
              Anomalies
            </th>
          </tr>
        </thead>
        <tbody>
          {services.map((service) => (
            <Row key={service.service} service={service} rate={presentRate(service.line_counts, activity)} />
          ))}
        </tbody>
      </table>
      {known > services.length && (
        <p class="muted more">
          The {whole(services.length)} busiest of {plural(known, 'service')}.
        </p>
      )}
    </div>
  );
}

function Row({ service: one, rate }: { service: Service; rate: number | undefined }): JSX.Element {
  const { tone, means } = STATES[one.state];
  const recent = rate === undefined ? NOT_KNOWN : short(rate);
  const anomalies = one.anomaly_counts.reduce((sum, count) => sum + count, 0);
  return (
    <tr>
      <td class="name">
        <a href={hrefOf('live', { service: one.service })}>{one.service}</a>
      </td>
      <td>
        <span class={`badge ${tone}`} title={means}>
          {one.state}
        </span>
      </td>
      <td class="last-hour">
        <Sparkline
          counts={condense(one.line_counts, BARS)}
          marks={condense(one.anomaly_counts, BARS)}
          label={`Lines of the last hour, ${recent} a second at present`}
        />
      </td>
      <td class="number">{recent}</td>
      <td class="number">{anomalies === 0 ? <span class="muted">0</span> : <strong>{whole(anomalies)}</strong>}</td>
    </tr>
  );
}
