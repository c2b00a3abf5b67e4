import { expect } from 'vitest';
import { rootFolder } from '../../scripts/deploy/generated-files.ts';
import { part } from '../parts/part.ts';
import { runCommand } from '../parts/run-command.ts';

/** Rendered and noted as for a real release; there is no cluster to put it in. */
export async function dryRunHelm(command: string): Promise<void> {
  const [, ...args] = command.replaceAll(/\\\n/g, ' ').split(/\s+/);
  const said = await runCommand(await part('helm'), [...args, '--dry-run=client'], { cwd: rootFolder() });
  expect(said).toContain('kind: StatefulSet');
  expect(said).toContain('Send it logs');
}

/** By the reference implementation of Compose: the file is read whole, nothing is started. */
export async function readCompose(command: string): Promise<void> {
  const [, file = ''] = /-f deploy\/(\S+)/.exec(command) ?? [];
  const said = await runCommand(await part('compose-go'), [file], { cwd: `${rootFolder()}deploy` });
  expect(said).toContain('services:');
}
