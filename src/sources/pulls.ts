import type { Pull } from './pull/pull.ts';
import type { PullGroups } from './pull/run-groups.ts';

/** How each store of the catalogue is pulled from. Loaded when it is first used: some bring their vendor's client. */
const PULLS: ReadonlyMap<string, () => Promise<Pull>> = new Map<string, () => Promise<Pull>>([
  ['datadog', async () => (await import('./datadog/pull-datadog.ts')).pullDatadog],
  ['newrelic', async () => (await import('./newrelic/pull-newrelic.ts')).pullNewRelic],
  ['loki', async () => (await import('./loki/pull-loki.ts')).pullLoki],
  ['clickhouse', async () => (await import('./clickhouse/pull-clickhouse.ts')).pullClickHouse],
  ['cloudwatch', async () => (await import('./cloudwatch/pull-cloudwatch.ts')).pullCloudWatch],
  ['azure', async () => (await import('./azure/pull-azure.ts')).pullAzure],
  ['gcp', async () => (await import('./gcp/pull-gcp.ts')).pullGcp],
  ['elasticsearch', async () => (await import('./elastic/pull-elastic.ts')).pullElasticsearch],
  ['opensearch', async () => (await import('./elastic/pull-elastic.ts')).pullOpenSearch],
  ['sentry', async () => (await import('./sentry/pull-sentry.ts')).pullSentry],
  ['splunk', async () => (await import('./splunk/pull-splunk.ts')).pullSplunk],
]);

export async function pullOf(source: string): Promise<Pull> {
  const load = PULLS.get(source);
  if (load === undefined) throw new Error(`no window can be pulled from ${source}`);
  return load();
}

/** How stores that count a window themselves are asked to. */
const GROUP_PULLS: ReadonlyMap<string, () => Promise<PullGroups>> = new Map([
  ['clickhouse', async () => (await import('./clickhouse/pull-groups.ts')).pullClickHouseGroups],
]);

/** Undefined for a store that never counts. */
export async function groupPullOf(source: string): Promise<PullGroups | undefined> {
  return GROUP_PULLS.get(source)?.();
}
