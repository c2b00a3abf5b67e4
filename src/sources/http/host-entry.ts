import { BlockList, isIP } from 'node:net';

const HOST = /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i;

/** Whether an entry of a list of hosts can be understood. */
export function isHostEntry(entry: string): boolean {
  const [host, bits, ...more] = entry.split('/') as [string, string | undefined];
  if (more.length > 0) return false;
  const family = isIP(plainHost(host));
  if (bits === undefined) return family !== 0 || HOST.test(host);
  return family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32);
}

/** Without brackets, zone, closing dot or IPv4 wrapped in IPv6, in lower case. */
export function plainHost(given: string): string {
  const host = given
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
    .replace(/\.$/, '');
  const mapped = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/.exec(host);
  if (mapped === null) return host;
  if (mapped[1] !== undefined) return mapped[1];
  const [high, low] = [Number.parseInt(mapped[2] as string, 16), Number.parseInt(mapped[3] as string, 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/** Names, names under a domain, addresses and networks. */
export function hostList(entries: readonly string[]): { has(host: string): boolean; hasAddresses: boolean } {
  const names = new Set<string>();
  const suffixes: string[] = [];
  const addresses = new BlockList();
  for (const entry of entries) {
    const [host, bits] = entry.toLowerCase().split('/') as [string, string | undefined];
    const family = isIP(plainHost(host));
    const type = family === 6 ? 'ipv6' : 'ipv4';
    if (family !== 0 && bits !== undefined) addresses.addSubnet(plainHost(host), Number(bits), type);
    else if (family !== 0) addresses.addAddress(plainHost(host), type);
    else if (host.startsWith('*.')) suffixes.push(host.slice(1));
    else names.add(host);
  }
  return {
    hasAddresses: addresses.rules.length > 0,
    has(host) {
      const family = isIP(host);
      if (family !== 0) return addresses.check(host, family === 6 ? 'ipv6' : 'ipv4');
      return names.has(host) || suffixes.some((suffix) => host.endsWith(suffix));
    },
  };
}
