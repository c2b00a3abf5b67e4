import type { Logger } from 'pino';
import { renewCertificate, renewSecrets } from './security.ts';
import type { Security } from './security.ts';
import { changedSettings } from '../config/changed-settings.ts';
import type { Config } from '../config/config.ts';
import type { AlertSinks } from '../sinks/alert-sinks.ts';
import type { AlertsConfig } from '../sinks/alerts-file/alerts-config.ts';

/** Settings that count from the next reload on; the certificate's files are read again whether they changed or not. */
const FOLLOWED: ReadonlySet<string> = new Set(['LOG_LEVEL', 'SIGNING_SECRET', 'OTLP_BEARER_TOKENS', 'ALERTS_FILE']);

/** Settings read again, and the alerts file as it is now. */
export interface Reloaded {
  config: Config;
  alerts: AlertsConfig | undefined;
}

/** Brings the running parts from the `latest` settings to what is set now, and says what was taken over and what waits for a restart. */
export async function applyReload(
  { started, latest }: { started: Config; latest: Config },
  { config, alerts }: Reloaded,
  { security, sinks, logger }: { security: Security; sinks: AlertSinks | undefined; logger: Logger },
): Promise<void> {
  logger.level = config.logLevel;
  const certificate = renewCertificate(security, logger) ? ['certificate'] : [];
  const unfollowed = renewSecrets(security, config);
  // Whether there are sinks at all stays as it was at the start.
  const takesAlerts = sinks !== undefined && alerts !== undefined;
  if (takesAlerts) await sinks.reload(alerts);
  else unfollowed.push('ALERTS_FILE');
  const isFollowed = (name: string) => FOLLOWED.has(name) && !unfollowed.includes(name);
  const waiting = changedSettings(started, config).filter((name) => !isFollowed(name));
  if (waiting.length > 0) logger.warn({ settings: waiting }, 'these settings have changed and wait for a restart');
  const taken = [
    ...changedSettings(latest, config).filter(isFollowed),
    ...certificate,
    ...(takesAlerts ? ['alerts file'] : []),
  ];
  logger.info({ taken }, 'settings were read again');
}
