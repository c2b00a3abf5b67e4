import type { JSX } from 'preact';
import type { StatusAnswer, StatusPart } from '../../../serve/schemas/health.ts';
import { get } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { dayAndTime, plural, span } from '../../ui/format.ts';
import { ErrorBox, Panel } from '../../ui/parts.tsx';
import './status.css';

const EVERY_MS = 5000;
const TONES: Readonly<Record<StatusPart['state'], string>> = { ok: 'good', degraded: 'warn', failed: 'bad', off: '' };
/** What is wrong comes first. */
const ORDER: readonly StatusPart['state'][] = ['failed', 'degraded', 'ok', 'off'];

/** How the service itself is. */
export function StatusView(): JSX.Element {
  const { answer, error, reload } = useLoaded('status', (signal) => get<StatusAnswer>('/status', {}, signal), EVERY_MS);
  return (
    <div class="grid">
      {error !== undefined && <ErrorBox error={error} onRetry={reload} />}
      {answer !== undefined && <Parts status={answer} />}
    </div>
  );
}

function Parts({ status }: { status: StatusAnswer }): JSX.Element {
  const parts = status.parts.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const wrong = parts.filter(({ state }) => state === 'failed' || state === 'degraded').length;
  return (
    <Panel
      title={status.ready ? 'Logs are taken' : 'Logs are not taken'}
      actions={
        <span class="muted">
          Halfspace {status.version}, up for {span(status.uptime_seconds * 1000)}
        </span>
      }
    >
      <div class="panel-body">
        <p role="status">
          <span class={`dot ${!status.ready ? 'bad' : wrong > 0 ? 'warn' : 'good'}`} />{' '}
          {!status.ready
            ? status.reasons.join('; ')
            : wrong === 0
              ? 'All parts are well.'
              : `${plural(wrong, 'part')} ${wrong === 1 ? 'needs' : 'need'} a look.`}
        </p>
      </div>
      <ul class="status-parts">
        {parts.map((part) => (
          <Part key={part.name} part={part} />
        ))}
      </ul>
    </Panel>
  );
}

function Part({ part }: { part: StatusPart }): JSX.Element {
  return (
    <li>
      <span class={`badge ${TONES[part.state]}`}>{part.state}</span>
      <div class="grow">
        <strong class="wrap">{part.name}</strong>
        {part.detail !== undefined && <span class="muted wrap"> {part.detail}</span>}
        {part.last_error !== undefined && (
          <p class="muted wrap">
            last error{part.since !== undefined && `, since ${dayAndTime(Date.parse(part.since))}`}: {part.last_error}
          </p>
        )}
      </div>
    </li>
  );
}
