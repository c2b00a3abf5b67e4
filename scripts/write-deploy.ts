import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { part } from '../test/parts/part.ts';
import { runCommand } from '../test/parts/run-command.ts';
import {
  generatedFiles,
  PLAIN_MANIFESTS,
  plainArguments,
  plainManifest,
  rootFolder,
} from './deploy/generated-files.ts';

/** `npm run deploy`: writes anew what the chart, the manifests, the dashboard and NOTICE have from elsewhere. */
const root = rootFolder();
for (const [path, text] of generatedFiles()) write(path, text);
const helm = await part('helm');
for (const [path, more] of PLAIN_MANIFESTS) {
  write(path, plainManifest(await runCommand(helm, plainArguments(more), { cwd: root })));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
