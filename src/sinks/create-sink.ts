import type { AlertEvent } from './alert-event.ts';
import { createAlertmanagerSink } from './alertmanager/alertmanager-sink.ts';
import type { SinkConfig } from './alerts-file/alerts-config.ts';
import { createHttpPost } from './http-post.ts';
import { createOtlpGrpcSink } from './otlp/otlp-grpc-sink.ts';
import { createOtlpHttpSink } from './otlp/otlp-http-sink.ts';
import { createPagerDutySink } from './pagerduty/pagerduty-sink.ts';
import type { Sink } from './sink.ts';
import { createSlackSink } from './slack/slack-sink.ts';
import { createTeamsSink } from './teams/teams-sink.ts';
import { createWebhookSink } from './webhook/webhook-sink.ts';

export interface SinkParts {
  secrets: readonly string[];
  externalUrl: string | undefined;
  /** What is open now and goes to this sink. */
  open(): AlertEvent[];
  nowMs(): number;
}

const GRPC_PORT = '4317';

/** The sink that a configuration describes. */
export function createSink({ tool, timeoutMs }: SinkConfig, { secrets, externalUrl, open, nowMs }: SinkParts): Sink {
  const common = { timeoutMs, secrets, nowMs };
  const post = (headers: Readonly<Record<string, string>> = {}) =>
    createHttpPost({ url: tool.url, headers, ...common });
  switch (tool.type) {
    case 'alertmanager':
      return createAlertmanagerSink({
        post: post(tool.headers),
        labels: tool.labels,
        refreshMs: tool.refreshMs,
        open,
        nowMs,
      });
    case 'webhook':
      return createWebhookSink({
        post: post(tool.headers),
        secret: tool.secret,
        format: tool.format,
        source: externalUrl ?? 'urn:halfspace',
        nowMs,
      });
    case 'slack':
      return createSlackSink({ post: post() });
    case 'teams':
      return createTeamsSink({ post: post() });
    case 'pagerduty':
      return createPagerDutySink({ post: post(), routingKey: tool.routingKey });
    case 'otlp': {
      if (tool.protocol === 'http') return createOtlpHttpSink({ post: post(tool.headers) });
      const { hostname, port, protocol } = tool.url;
      const target = `${hostname}:${port === '' ? GRPC_PORT : port}`;
      return createOtlpGrpcSink({ target, usesTls: protocol === 'https:', headers: tool.headers, ...common });
    }
  }
}
