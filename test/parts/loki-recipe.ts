import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Recipe } from './recipes.ts';
import { runCommand } from './run-command.ts';

/** `go install` refuses Loki for its replace directives; a module of our own that pins what it pins builds it. */
export const LOKI: Recipe = {
  title: 'Grafana Loki',
  version: '3.7.8',
  binary: 'loki',
  cost: 'ten minutes or more, and some gigabytes of Go caches',
  install: async (out, scratch) => {
    const recipe = fileURLToPath(new URL('loki/', import.meta.url));
    for (const file of ['go.mod', 'go.sum']) await copyFile(join(recipe, file), join(scratch, file));
    const build = ['build', '-mod=mod', '-trimpath', '-ldflags=-s -w', '-o', join(out, 'loki')];
    await runCommand('go', [...build, 'github.com/grafana/loki/v3/cmd/loki'], {
      cwd: scratch,
      env: { CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
    });
  },
};
