import type { JSX } from 'preact';
import type { StatusAnswer } from '../../../serve/schemas/health.ts';
import type { ServicesAnswer } from '../../../serve/schemas/services.ts';
import { get } from '../../api/client.ts';
import { useLoaded } from '../../api/use-loaded.ts';
import { whole } from '../../ui/format.ts';
import { CopyButton, ErrorBox, Panel } from '../../ui/parts.tsx';
import { collectorSnippet } from './collector-snippet.ts';
import { SinkList } from './sink-list.tsx';
import { SourceList } from './source-list.tsx';
import './setup.css';

const EVERY_MS = 2000;

export function SetupView(): JSX.Element {
  return (
    <div class="grid">
      <Receiving />
      <SourceList />
      <SinkList />
      <p class="muted">
        The <a href="./docs">API page</a> has every call with a form to try it; what they answer is what this page
        shows.
      </p>
    </div>
  );
}

function Receiving(): JSX.Element {
  const { answer, error } = useLoaded(
    'receiving',
    (signal) => get<ServicesAnswer>('/services', { limit: '1' }, signal),
    EVERY_MS,
  );
  const lines = answer?.line_count ?? 0;
  const { answer: status } = useLoaded('status', (signal) => get<StatusAnswer>('/status', {}, signal));
  const receivers = status?.receivers ?? undefined;
  const snippet = receivers === undefined ? '' : collectorSnippet(location.hostname, receivers);
  return (
    <Panel title="Send your logs here" actions={<CopyButton text={snippet} label="Copy for the Collector" />}>
      <div class="panel-body grid">
        {error !== undefined && <ErrorBox error={error} />}
        <p class="light" role="status">
          <span class={`dot ${lines > 0 ? 'good' : ''}`} />
          {lines > 0
            ? `Logs arrive: ${whole(lines)} lines of ${whole(answer?.service_count ?? 0)} services so far.`
            : 'Nothing has arrived yet. The light turns green with the first record.'}
        </p>
        <pre class="code" role="group" tabIndex={0} aria-label="Configuration of the OpenTelemetry Collector">
          {snippet}
        </pre>
        <p class="muted">
          A whole configuration: what stands under a comment is yours to fill in. One that has receivers already needs
          the exporter alone, named in its pipelines.
        </p>
        {receivers !== undefined && (
          <p class="muted">
            Any OTLP exporter will do: gRPC on port {receivers.otlp_grpc_port}, HTTP on port {receivers.otlp_http_port}{' '}
            at {receivers.otlp_http_path}
            {receivers.tls && ', with TLS'}
            {receivers.token && ', and with the token that this service was started with'}.
          </p>
        )}
      </div>
    </Panel>
  );
}
