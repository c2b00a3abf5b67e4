import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { SinksAnswer, SinkTestAnswer } from '../../../serve/schemas/sinks.ts';
import { ApiError } from '../../api/api-error.ts';
import { get, post } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { plural } from '../../ui/format.ts';
import { Empty, ErrorBox, Panel } from '../../ui/parts.tsx';

type Sink = SinksAnswer['sinks'][number];

const EVERY_MS = 5000;
const TONES: Readonly<Record<Sink['state'], string>> = { ok: 'good', retrying: 'warn', failing: 'bad', idle: '' };

/** Where incidents are told, and how that goes. */
export function SinkList(): JSX.Element {
  const { answer, error } = useLoaded('sinks', (signal) => get<SinksAnswer>('/sinks', {}, signal), EVERY_MS);
  return (
    <Panel title="Alerts go to">
      {error !== undefined && <ErrorBox error={error} />}
      {answer?.sinks.length === 0 && (
        <Empty title="Nowhere yet">
          <p>An alerts file (ALERTS_FILE) names Alertmanager, Slack, PagerDuty, Teams, webhooks or OTLP.</p>
        </Empty>
      )}
      <ul class="setup-list">
        {answer?.sinks.map((sink) => (
          <Item key={sink.name} sink={sink} />
        ))}
      </ul>
    </Panel>
  );
}

function Item({ sink }: { sink: Sink }): JSX.Element {
  const [said, setSaid] = useState('');
  const [busy, setBusy] = useState(false);
  const test = async () => {
    setBusy(true);
    setSaid('');
    setSaid(await outcomeOf(sink.name));
    setBusy(false);
  };
  return (
    <li class="sink">
      <span class={`badge ${TONES[sink.state]}`}>{sink.state}</span>
      <div class="grow">
        <strong class="wrap">{sink.name}</strong> <span class="muted">{sink.type}</span>
        <p class="muted wrap">
          {plural(sink.delivered, 'alert')} delivered, {sink.pending} waiting
          {sink.last_error !== undefined && ` · ${sink.last_error}`}
        </p>
        <p role="status" class="wrap">
          {said}
        </p>
      </div>
      <button
        type="button"
        class="button"
        disabled={busy}
        aria-label={`Send a test alert to ${sink.name}`}
        onClick={() => void test()}
      >
        {busy ? 'Sending' : 'Send a test'}
      </button>
    </li>
  );
}

async function outcomeOf(name: string): Promise<string> {
  try {
    const { delivered, error, ms } = await post<SinkTestAnswer>(`/sinks/${encodeURIComponent(name)}/test`);
    return delivered ? `Delivered in ${ms} ms.` : `Not delivered: ${error ?? 'the tool refused it'}`;
  } catch (error) {
    return error instanceof ApiError ? error.message : String(error);
  }
}
