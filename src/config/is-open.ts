import { isIPv4 } from 'node:net';
import type { Config } from './config.ts';

/** Whether anybody who reaches the REST port may call. */
export function isOpen(config: Config): boolean {
  return openPorts(config).includes('REST');
}

/** Ports that others reach and that ask nobody for a secret, a token or a certificate. */
export function openPorts({ listen, security }: Config): string[] {
  const { signingSecret, bearerTokens, tls } = security;
  if (signingSecret !== undefined || isLoopback(listen.host)) return [];
  const asksSenders = bearerTokens.length > 0 || tls?.clientCaFile !== undefined;
  const asksCallers = tls?.apiClientCaFile !== undefined;
  return [...(asksSenders ? [] : ['OTLP/gRPC', 'OTLP/HTTP']), ...(asksCallers ? [] : ['REST', 'Watch'])];
}

/** No other way to write these addresses: REST, which then answers no other name, tells them in the same way. */
function isLoopback(host: string): boolean {
  return host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** Why the service does not start on such ports; undefined where none is open, or where that is meant. */
export function refusalOfOpenPorts(config: Config): string | undefined {
  const open = openPorts(config);
  if (open.length === 0 || config.security.insecureBind) return undefined;
  return (
    `HOST is ${config.listen.host} and ${open.join(', ')} would ask nobody for a secret: ` +
    'set SIGNING_SECRET, or HOST=127.0.0.1, or INSECURE_BIND=true where the network keeps others out'
  );
}
