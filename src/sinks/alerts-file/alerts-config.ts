import type { Reason } from '../../domain/anomaly.ts';
import type { AlertEventKind } from '../alert-event.ts';
import type { Severity } from '../severity.ts';
import type { TextTemplate } from '../text-template.ts';

/** What the alerts file says, checked, with secrets in place of their references. */
export interface AlertsConfig {
  /** Our address as people reach it, without a slash at its end. */
  externalUrl: string | undefined;
  sinks: readonly SinkConfig[];
  routes: readonly Route[];
  /** Values that no log and no answer may show. */
  secrets: readonly string[];
}

/** Which alerts go where; each route that matches counts. What is undefined matches all. */
export interface Route {
  /** Names with `*` and `?`. */
  services: readonly string[] | undefined;
  reasons: readonly Reason[] | undefined;
  minSeverity: Severity | undefined;
  minScore: number | undefined;
  events: readonly AlertEventKind[];
  sinks: readonly string[];
}

export interface SinkConfig {
  name: string;
  title: TextTemplate;
  text: TextTemplate;
  runbook: string | undefined;
  timeoutMs: number;
  giveUpMs: number;
  updateIntervalMs: number;
  perMinute: number;
  queue: { entriesMax: number; bytesMax: number };
  tool: ToolConfig;
}

/** What one kind of tool needs to be reached. */
export type ToolConfig =
  | {
      type: 'alertmanager';
      url: URL;
      headers: Record<string, string>;
      labels: Record<string, string>;
      refreshMs: number;
    }
  | {
      type: 'webhook';
      url: URL;
      headers: Record<string, string>;
      secret: string | undefined;
      format: 'standard' | 'cloudevents';
    }
  | { type: 'slack' | 'teams'; url: URL }
  | { type: 'pagerduty'; url: URL; routingKey: string }
  | { type: 'otlp'; url: URL; headers: Record<string, string>; protocol: 'grpc' | 'http' };
