import { mkdtempSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { rootFolder } from '../../scripts/deploy/generated-files.ts';
import { validateCollectorConfig } from '../parts/collector.ts';
import type { CollectorBuild } from '../parts/collector.ts';
import { usePart } from '../parts/part.ts';

const PARTS = { otelcol: await usePart('otelcol'), 'otelcol-balancer': await usePart('otelcol-balancer') };

/** Exporters that a page shows, and the Collector that has them. */
const SHOWN: [page: string, build: CollectorBuild, exporter: string][] = [
  ['docs/install.md', 'otelcol', 'otlp_grpc'],
  ['docs/scale-out.md', 'otelcol-balancer', 'load_balancing'],
];

test.each(SHOWN.filter(([, build]) => PARTS[build].missing === undefined))(
  'the real Collector takes the exporter that %s shows',
  async (page, build, exporter) => {
    const shown = /```yaml\n(exporters:[\s\S]*?)```/.exec(readFileSync(join(rootFolder(), page), 'utf8'))?.[1] ?? '';
    const { exporters } = parse(shown) as { exporters: Record<string, object> };
    expect(Object.keys(exporters)).toEqual([exporter]);
    const config = {
      receivers: { otlp: { protocols: { grpc: { endpoint: '127.0.0.1:0' } } } },
      exporters,
      service: { pipelines: { logs: { receivers: ['otlp'], exporters: [exporter] } } },
    };
    const folder = mkdtempSync(join(tmpdir(), 'halfspace-page-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'config.yaml');
    await writeFile(file, stringify(config));
    await expect(validateCollectorConfig(file, { SIGNING_SECRET: 'change-me' }, build)).resolves.toBeUndefined();
  },
);
