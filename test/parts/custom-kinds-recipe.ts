import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from './recipes.ts';
import { runCommand } from './run-command.ts';

const OPERATOR = '0.85.0';
const GATEWAY_API = '1.5.0';
const FILES = {
  [`github.com/prometheus-operator/prometheus-operator@v${OPERATOR}`]: [
    'example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml',
    'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
  ],
  [`sigs.k8s.io/gateway-api@v${GATEWAY_API}`]: ['config/crd/standard/gateway.networking.k8s.io_httproutes.yaml'],
};

/** Definitions of the kinds that clusters learn from others, out of the Go modules of those who make them. */
export const CUSTOM_KINDS: Recipe = {
  title: 'definitions of the Prometheus Operator and the Gateway API',
  version: `${OPERATOR}-${GATEWAY_API}`,
  binary: 'monitoring.coreos.com_servicemonitors.yaml',
  cost: 'half a minute',
  async install(out) {
    for (const [module, files] of Object.entries(FILES)) {
      const { Dir } = JSON.parse(await runCommand('go', ['mod', 'download', '-json', module])) as { Dir: string };
      for (const file of files) await copyFile(join(Dir, file), join(out, file.split('/').at(-1)!));
    }
  },
};
