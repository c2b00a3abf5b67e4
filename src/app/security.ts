import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { Certificate } from '../security/certificate.ts';
import { SecretSet } from '../security/secret-set.ts';
import type { StatusPart } from '../serve/schemas/health.ts';
import type { MetricsSnapshot } from '../telemetry/metrics-snapshot.ts';
import type { Stops } from './stops.ts';

/** Renewed files are found by looking: what mounts them (Kubernetes swaps a link) does not always tell. */
const LOOK_MS = 10_000;

/** What keeps the ports: all of it can be renewed while they are open. */
export interface Security {
  readonly certificate: Certificate | undefined;
  /** What senders of logs show one of; undefined: nobody has to. */
  readonly senders: SecretSet | undefined;
  /** Likewise callers of REST and Watch. */
  readonly callers: SecretSet | undefined;
  readonly renewals: CertificateRenewals;
}

/** What became of the certificate since the start. */
export class CertificateRenewals {
  renewed = 0;
  failed = 0;
  lastError: string | undefined;
  /** Epoch milliseconds of the first look that failed in this way. */
  since: number | undefined;
}

/** Throws `TlsError` when certificate, key or CA cannot be used. */
export function openSecurity({ security }: Config, logger: Logger, stops: Stops): Security {
  const { senders, callers } = secretsOf(security);
  const certificate = security.tls === undefined ? undefined : new Certificate(security.tls);
  const renewals = new CertificateRenewals();
  const opened: Security = {
    certificate,
    senders: senders.length === 0 ? undefined : new SecretSet(senders),
    callers: callers.length === 0 ? undefined : new SecretSet(callers),
    renewals,
  };
  if (certificate !== undefined) {
    const timer = setInterval(() => renewCertificate(opened, logger), LOOK_MS).unref();
    stops.push(async () => clearInterval(timer));
  }
  return opened;
}

/** Reads the files of the certificate again; whether they hold a new one. What cannot be used is told once. */
export function renewCertificate({ certificate, renewals }: Security, logger: Logger): boolean {
  if (certificate === undefined) return false;
  try {
    const isNew = certificate.reload();
    if (isNew) {
      renewals.renewed++;
      logger.info({ expires: new Date(certificate.expiresMs).toISOString() }, 'the certificate was renewed');
    }
    renewals.lastError = undefined;
    renewals.since = undefined;
    return isNew;
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    if (sentence !== renewals.lastError) {
      renewals.failed++;
      renewals.since = Date.now();
      logger.error(`the certificate was not renewed, the one before stays: ${sentence}`);
    }
    renewals.lastError = sentence;
    return false;
  }
}

/**
 * Tokens and secret as they are set now, from the next request on. Whether there are any stays as it was at the start,
 * which is answered with the names of the settings that are not followed.
 */
export function renewSecrets({ senders, callers }: Security, { security }: Config): string[] {
  const next = secretsOf(security);
  const unfollowed: string[] = [];
  if ((senders === undefined) !== (next.senders.length === 0)) unfollowed.push('OTLP_BEARER_TOKENS');
  else senders?.replace(next.senders);
  if ((callers === undefined) !== (next.callers.length === 0)) unfollowed.push('SIGNING_SECRET');
  else callers?.replace(next.callers);
  return unfollowed;
}

export function certificateMetrics({ certificate, renewals }: Security): MetricsSnapshot['certificate'] {
  if (certificate === undefined) return undefined;
  const { renewed, failed, lastError } = renewals;
  return {
    expiresSeconds: certificate.expiresMs / 1000,
    renewals: { ok: renewed, failed },
    isFileOk: lastError === undefined,
  };
}

export function certificatePart({ certificate, renewals }: Security): StatusPart {
  if (certificate === undefined) return { name: 'certificate', state: 'off', detail: 'TLS_CERT_FILE is not set' };
  const { lastError, since } = renewals;
  const expires = new Date(certificate.expiresMs).toISOString();
  return {
    name: 'certificate',
    state: certificate.expiresMs < Date.now() ? 'failed' : lastError === undefined ? 'ok' : 'degraded',
    detail: `valid until ${expires}`,
    ...(lastError === undefined ? {} : { last_error: lastError }),
    ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
  };
}

function secretsOf({ signingSecret, bearerTokens }: Config['security']): { senders: string[]; callers: string[] } {
  const callers = signingSecret === undefined ? [] : [signingSecret];
  return { senders: [...callers, ...bearerTokens], callers };
}
