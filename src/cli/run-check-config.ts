import type { Config } from '../config/config.ts';
import { refusalOfOpenPorts } from '../config/is-open.ts';
import { loadTls, TlsError } from '../security/tls-material.ts';
import { refusalOfDataFolder } from '../store/data-folder.ts';
import { UsageError } from './command-context.ts';
import type { CommandContext } from './command-context.ts';

/** Checks the settings, and `file` or the alerts file that they name. Throws what is wrong with either. */
export async function runCheckConfig(file: string | undefined, context: CommandContext): Promise<void> {
  const config = context.config();
  const refusal = refusalOfOpenPorts(config) ?? refusalOfStore(config) ?? refusalOfTls(config);
  if (refusal !== undefined) throw new UsageError(refusal);
  const { alerts } = config;
  const checked = file === undefined ? alerts.file : context.pathOf(file);
  context.output.write('the settings are right\n');
  if (checked === undefined) return context.output.write('there is no alerts file: ALERTS_FILE is not set\n');
  const { checkConfig } = await import('../sinks/check-config.ts');
  const found = checkConfig({ file: checked, variable: alerts.variable });
  context.output.write(`${checked} is right:\n${found.map((line) => `  ${line}\n`).join('')}`);
}

/** The start goes on without what is kept and says so; whoever checks is better told before. */
function refusalOfStore({ store }: Config): string | undefined {
  return store === undefined ? undefined : refusalOfDataFolder(store.folder);
}

function refusalOfTls({ security: { tls } }: Config): string | undefined {
  try {
    if (tls !== undefined) loadTls(tls);
    return undefined;
  } catch (error) {
    if (error instanceof TlsError) return error.message;
    throw error;
  }
}
