import type { Config } from './config.ts';

const LOOPBACK = /^(localhost|127\.[\d.]+|::1)$/i;

/** Whether anybody who reaches the REST port may call. */
export function isOpen({ listen, security }: Config): boolean {
  return security.signingSecret === undefined && !LOOPBACK.test(listen.host);
}
