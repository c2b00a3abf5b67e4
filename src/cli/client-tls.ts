import { readFileSync } from 'node:fs';
import { CommandFailure, UsageError } from './command-context.ts';
import type { CommandContext } from './command-context.ts';

/** Files of PEM that a command's flags name. */
export interface ClientTlsFlags {
  ca?: string;
  cert?: string;
  key?: string;
}

/** What they hold: whom to trust, and what to show where the other side asks for a certificate. */
export interface ClientTls {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
}

/** Throws `UsageError` for half a pair, `CommandFailure` for a file that cannot be read. */
export function readClientTls(flags: ClientTlsFlags, { pathOf }: Pick<CommandContext, 'pathOf'>): ClientTls {
  if ((flags.cert === undefined) !== (flags.key === undefined))
    throw new UsageError('--cert and --key belong together: give both, or neither');
  const read = (file: string) => readPem(pathOf(file));
  return {
    ...(flags.ca === undefined ? {} : { ca: read(flags.ca) }),
    ...(flags.cert === undefined ? {} : { cert: read(flags.cert) }),
    ...(flags.key === undefined ? {} : { key: read(flags.key) }),
  };
}

export function readPem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CommandFailure(
      `the certificate cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
