import { AZURE } from './azure/options.ts';
import { CLOUDWATCH } from './cloudwatch/options.ts';
import { DATADOG } from './datadog/options.ts';
import type { SourceDeclaration } from './declaration.ts';
import { ELASTICSEARCH, OPENSEARCH } from './elastic/options.ts';
import { CLICKHOUSE } from './clickhouse/options.ts';
import { FILE } from './file/options.ts';
import { LOKI } from './loki/options.ts';
import { NEWRELIC } from './newrelic/options.ts';
import { GCP } from './gcp/options.ts';
import { SENTRY } from './sentry/options.ts';
import { SPLUNK } from './splunk/options.ts';

const OTLP: SourceDeclaration = {
  name: 'otlp',
  title: 'OTLP',
  description: 'The rolling buffer of what came in over OTLP',
  isLimited: false,
  options: [],
};

/** Every source of windows, in the order in which they are listed. */
export const CATALOGUE: readonly SourceDeclaration[] = [
  OTLP,
  FILE,
  LOKI,
  CLICKHOUSE,
  ELASTICSEARCH,
  OPENSEARCH,
  DATADOG,
  NEWRELIC,
  CLOUDWATCH,
  SENTRY,
  SPLUNK,
  AZURE,
  GCP,
];

export const SOURCE_NAMES: readonly string[] = CATALOGUE.map(({ name }) => name);

export function declarationOf(name: string): SourceDeclaration {
  const found = CATALOGUE.find((declaration) => declaration.name === name);
  if (found === undefined) throw new Error(`no source is called ${name}`);
  return found;
}
