import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dashboard } from './dashboard.ts';
import { notice } from './notice.ts';
import { valuesSchema } from './values-schema.ts';
import { valuesTable } from './values-table.ts';

const CHART = 'deploy/helm/halfspace';

/** Files that are written from others, by their path from the root of the repository. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const board = dashboard();
  return new Map([
    [`${CHART}/values.schema.json`, `${JSON.stringify(valuesSchema(), null, 2)}\n`],
    // helm reads no file outside of its chart.
    [`${CHART}/files/rules.yaml`, read('deploy/prometheus/rules.yaml')],
    [`${CHART}/files/dashboard.json`, board],
    ['deploy/grafana/dashboard.json', board],
    [`${CHART}/README.md`, readme()],
    ['NOTICE', notice()],
  ]);
}

/** The chart's page is written by hand down to its last heading, under which the values stand. */
function readme(): string {
  const [byHand = ''] = read(`${CHART}/README.md`).split(/(?<=^## Values\n)/m);
  return `${byHand}\n${valuesTable(read(`${CHART}/values.yaml`))}\n`;
}

function read(path: string): string {
  return readFileSync(`${rootFolder()}${path}`, 'utf8');
}

/** What `helm template` is to be asked for each plain manifest. */
export const PLAIN_MANIFESTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['deploy/kubernetes/halfspace.yaml', []],
  ['deploy/kubernetes/halfspace-ha.yaml', ['--values', `${CHART}/examples/ha.yaml`]],
]);

/** Arguments of helm for a plain manifest. */
export function plainArguments(more: readonly string[]): string[] {
  return ['template', 'halfspace', CHART, '--namespace', 'halfspace', ...more];
}

/** What helm has rendered, without what only helm means by it. */
export function plainManifest(rendered: string): string {
  const lines = rendered
    .split('\n')
    .filter((line) => !/^\s*(helm\.sh\/chart|app\.kubernetes\.io\/managed-by):/.test(line));
  const text = lines.filter((line) => !line.startsWith('# Source: ')).join('\n');
  return `# Written by \`npm run deploy\` from the chart in deploy/helm/halfspace.\n${text.replaceAll(/\n+---\n/g, '\n---\n').trim()}\n`;
}

export function rootFolder(): string {
  return fileURLToPath(new URL('../../', import.meta.url));
}
